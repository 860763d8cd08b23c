"""What several conditions ask."""

from __future__ import annotations

from ritsuko_api.bot import SidecarPhase
from ritsuko_operator.reconcile.status.checks.verdict import Check, Facts, Verdict, no, unknown


def unless_it_reports(check: Check) -> Check:
    """The same check for a bot that does not run. One that does tells itself how it is, whatever comes next."""

    def asked(facts: Facts) -> Verdict | None:
        return check(facts) if facts.seen.report is None else None

    return asked


def is_suspended(facts: Facts) -> Verdict | None:
    if not facts.suspended:
        return None
    if facts.seen.bot.spec.suspend:
        return no("Suspended", "no pod runs: `suspend` is true")
    what = "`replicas` is 0" if facts.seen.scaled_to is None else "its autoscaler has set the Deployment to 0"
    return no("Suspended", f"no pod runs: {what}")


def number_is_an_autoscalers(facts: Facts) -> list[str]:
    """A note where `replicas` says another number than the one that is in effect."""
    spec, scaled_to = facts.seen.bot.spec, facts.seen.scaled_to
    if scaled_to is None or spec.suspend or scaled_to == spec.replicas:
        return []
    stop = ": to run no pod, set `suspend: true`" if spec.replicas == 0 else ""
    return [
        f"an autoscaler of the Deployment keeps {scaled_to} pods: `replicas` ({spec.replicas}) is not in effect{stop}"
    ]


def is_stalled(facts: Facts) -> Verdict | None:
    stalled = facts.outcome.stalled
    return no(*stalled) if stalled else None


def lacks_credentials(facts: Facts) -> Verdict | None:
    missing = facts.outcome.missing
    if missing is None:
        return None
    namespace, site = facts.seen.bot.metadata.namespace, facts.seen.bot.spec.zulip.site
    keys = "ZULIP_EMAIL and ZULIP_API_KEY" if site else "ZULIP_EMAIL, ZULIP_API_KEY and ZULIP_SITE"
    remedy = f"create it in namespace {namespace} with the keys {keys}" if not missing.keys else "add it"
    running = "; the bot that runs goes on with what it read before" if facts.seen.deployment else ""
    return no("CredentialsMissing", f"{missing}: {remedy}{running}")


def has_no_report(facts: Facts) -> Verdict | None:
    if facts.seen.report is not None:
        return None
    trouble = facts.bot_trouble
    if trouble and trouble.phase is SidecarPhase.FAILED:
        return no("BotNotRunning", f"the bot's container: {trouble.message}")
    if trouble:
        return unknown("BotStarting", trouble.message)
    if facts.seen.bot.status.runtime is None:
        return unknown("NoReport", f"the bot runs, but has not reported yet: {_where_to_look(facts)}")
    what = "the last report is not from a pod that is ready now: waiting for a new one"
    return unknown("NoReport", f"{what}; {_where_to_look(facts)}")


def _where_to_look(facts: Facts) -> str:
    """What to do where a report does not come: it may have been lost, or the bot waits for another pod to give up."""
    namespace, pods = facts.seen.bot.metadata.namespace, facts.seen.newest
    logs = f"`kubectl logs -n {namespace} {pods[0].name} -c bot`" if pods else "the log of its container `bot`"
    return f"one that was lost is written again within two minutes; if none comes, see {logs}"
