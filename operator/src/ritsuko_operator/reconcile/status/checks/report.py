"""ConfigLoaded and ZulipConnected: what the bot itself reports."""

from __future__ import annotations

from ritsuko_api.reasons import Reason
from ritsuko_common.redaction.redactor import redacted
from ritsuko_operator.reconcile.status.checks.verdict import Evidence, Verdict, no, yes

# --- ConfigLoaded


def config_was_refused(evidence: Evidence) -> Verdict | None:
    report = evidence.observed.report
    if report is None or not report.config_error:
        return None
    return no(
        Reason.CONFIG_REFUSED,
        f"the bot rejected the mounted config and keeps running the last valid one: {report.config_error}",
    )


def config_is_pending(evidence: Evidence) -> Verdict | None:
    report, desired = evidence.observed.report, evidence.outcome.revision
    if report is None or desired is None or report.config_revision == desired:
        return None
    return no(
        Reason.CONFIG_PENDING,
        f"the bot runs revision {report.config_revision or 'none'}; the desired revision is {desired}",
    )


def config_is_loaded(evidence: Evidence) -> Verdict:
    report = evidence.observed.report
    return yes(Reason.LOADED, f"the bot runs revision {report.config_revision if report else ''}")


# --- ZulipConnected


def zulip_keeps_it_from_ready(evidence: Evidence) -> Verdict | None:
    disconnected_message = evidence.observed.disconnected_message
    return no(Reason.NOT_CONNECTED, redacted(disconnected_message)) if disconnected_message else None


def zulip_is_disconnected(evidence: Evidence) -> Verdict | None:
    report = evidence.observed.report
    if report is None or report.zulip.connected:
        return None
    why = report.zulip.message or "the bot is not connected to Zulip yet"
    return no(Reason.NOT_CONNECTED, redacted(why))


def zulip_is_connected(evidence: Evidence) -> Verdict:
    return yes(Reason.CONNECTED, "the bot has an active Zulip event queue")
