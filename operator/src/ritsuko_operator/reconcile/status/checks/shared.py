"""What several conditions ask."""

from __future__ import annotations

from ritsuko_api.bot import SidecarPhase
from ritsuko_api.reasons import Reason
from ritsuko_operator.reconcile.status.checks.verdict import Check, Evidence, Verdict, no, unknown


def unless_it_reports(check: Check) -> Check:
    """The same check for a bot that does not run. One that does tells itself how it is, whatever comes next."""

    def asked(evidence: Evidence) -> Verdict | None:
        return check(evidence) if evidence.observed.report is None else None

    return asked


def is_suspended(evidence: Evidence) -> Verdict | None:
    if not evidence.suspended:
        return None
    if evidence.observed.bot.spec.suspend:
        return no(Reason.SUSPENDED, "no pod runs: `suspend` is true")
    what = "`replicas` is 0" if evidence.observed.scaled_to is None else "an autoscaler set the Deployment to 0"
    return no(Reason.SUSPENDED, f"no pod runs: {what}")


def number_is_an_autoscalers(evidence: Evidence) -> list[str]:
    """A note where `replicas` says another number than the one that is in effect."""
    spec, scaled_to = evidence.observed.bot.spec, evidence.observed.scaled_to
    if scaled_to is None or spec.suspend or scaled_to == spec.replicas:
        return []
    stop = ": set `suspend: true` to run no pod" if spec.replicas == 0 else ""
    return [
        (f"an autoscaler sets the Deployment to {scaled_to} pods, so `replicas` ({spec.replicas}) has no effect{stop}")
    ]


def is_stalled(evidence: Evidence) -> Verdict | None:
    stalled = evidence.outcome.stalled
    return no(*stalled) if stalled else None


def lacks_credentials(evidence: Evidence) -> Verdict | None:
    missing = evidence.outcome.missing
    if missing is None:
        return None
    namespace, site = evidence.observed.bot.metadata.namespace, evidence.observed.bot.spec.zulip.site
    keys = "ZULIP_EMAIL and ZULIP_API_KEY" if site else "ZULIP_EMAIL, ZULIP_API_KEY and ZULIP_SITE"
    remedy = f"create it in namespace {namespace} with the keys {keys}" if not missing.keys else "add it"
    running = "; the running bot keeps the credentials that it has" if evidence.observed.deployment else ""
    return no(Reason.CREDENTIALS_MISSING, f"{missing}: {remedy}{running}")


def has_no_report(evidence: Evidence) -> Verdict | None:
    if evidence.observed.report is not None:
        return None
    trouble = evidence.bot_trouble
    if trouble and trouble.phase is SidecarPhase.FAILED:
        return no(Reason.BOT_NOT_RUNNING, f"the bot's container: {trouble.message}")
    if trouble:
        return unknown(Reason.BOT_STARTING, trouble.message)
    if evidence.observed.bot.status.runtime is None:
        return unknown(Reason.NO_REPORT, f"the bot runs, but has not reported yet: {_where_to_look(evidence)}")
    what = "the last report is not from a pod that is ready now; waiting for a new one"
    return unknown(Reason.NO_REPORT, f"{what}; {_where_to_look(evidence)}")


def _where_to_look(evidence: Evidence) -> str:
    """What to do where a report does not come: it may have been lost, or the bot waits for another pod to give up."""
    namespace, pods = evidence.observed.bot.metadata.namespace, evidence.observed.newest
    logs = f"`kubectl logs -n {namespace} {pods[0].name} -c bot`" if pods else "the log of its container `bot`"
    return f"a lost report is rewritten within two minutes; otherwise see {logs}"
