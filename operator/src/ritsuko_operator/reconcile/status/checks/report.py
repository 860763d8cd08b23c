"""ConfigLoaded and ZulipConnected: what the bot itself reports."""

from __future__ import annotations

from ritsuko_common.redaction.redactor import redacted
from ritsuko_operator.reconcile.status.checks.verdict import Facts, Verdict, no, yes

# --- ConfigLoaded


def config_was_refused(facts: Facts) -> Verdict | None:
    report = facts.seen.report
    if report is None or not report.config_error:
        return None
    return no(
        "ConfigRefused", f"the bot refused the mounted config and runs on with the last good one: {report.config_error}"
    )


def config_is_pending(facts: Facts) -> Verdict | None:
    report, wanted = facts.seen.report, facts.outcome.revision
    if report is None or wanted is None or report.config_revision == wanted:
        return None
    return no("ConfigPending", f"the bot runs revision {report.config_revision or 'none'}, wanted is {wanted}")


def config_is_loaded(facts: Facts) -> Verdict:
    report = facts.seen.report
    return yes("Loaded", f"the bot runs revision {report.config_revision if report else ''}")


# --- ZulipConnected


def zulip_keeps_it_from_ready(facts: Facts) -> Verdict | None:
    complaint = facts.seen.complaint
    return no("NotConnected", redacted(complaint)) if complaint else None


def zulip_is_away(facts: Facts) -> Verdict | None:
    report = facts.seen.report
    if report is None or report.zulip.connected:
        return None
    why = report.zulip.message or "the bot is not connected to Zulip yet"
    return no("NotConnected", redacted(why))


def zulip_is_connected(facts: Facts) -> Verdict:
    return yes("Connected", "the bot holds an event queue that answers")
