"""The checks that a RitsukoBot's conditions are decided by: small, named, each with one thing to say.

A check looks at the facts and returns its verdict, or None if it has nothing to say. The last check of every chain
always has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ritsuko_api.bot import SidecarPhase, SidecarStatus
from ritsuko_api.conditions import Status
from ritsuko_operator.reconcile.observation import BOT_CONTAINER, Observation
from ritsuko_operator.reconcile.references import Missing
from ritsuko_operator.reconcile.sidecar_lines import Finding, container_trouble


class Cause(NamedTuple):
    """One word for programs, and a sentence for people."""

    reason: str
    message: str


@dataclass(frozen=True)
class Outcome:
    """How the attempt to bring the cluster in line went."""

    revision: str | None = None  # of the config that was rendered
    missing: Missing | None = None  # of the bot's Zulip credentials
    stalled: Cause | None = None  # it cannot go on without somebody's help
    failed: Cause | None = None  # it did not work this time, and is tried again


@dataclass(frozen=True)
class Facts:
    """What the checks look at."""

    seen: Observation
    outcome: Outcome
    lines: Sequence[SidecarStatus] = field(default_factory=tuple[SidecarStatus, ...])

    @property
    def suspended(self) -> bool:
        return self.seen.bot.spec.suspend or self.seen.bot.spec.replicas == 0

    @property
    def not_ready(self) -> list[SidecarStatus]:
        """The accepted sidecars that the bot cannot use."""
        accepted = {sidecar.metadata.name for sidecar in self.seen.selection.accepted}
        return [line for line in self.lines if line.name in accepted and not line.ready]


class Verdict(NamedTuple):
    status: Status
    cause: Cause


Check = Callable[[Facts], Verdict | None]


def _no(reason: str, message: str) -> Verdict:
    return Verdict("False", Cause(reason, message))


def _yes(reason: str, message: str) -> Verdict:
    return Verdict("True", Cause(reason, message))


def _unknown(reason: str, message: str) -> Verdict:
    return Verdict("Unknown", Cause(reason, message))


# --- what several chains ask


def is_suspended(facts: Facts) -> Verdict | None:
    what = "`suspend` is true" if facts.seen.bot.spec.suspend else "`replicas` is 0"
    return _no("Suspended", f"no pod runs: {what}") if facts.suspended else None


def lacks_credentials(facts: Facts) -> Verdict | None:
    missing = facts.outcome.missing
    if missing is None:
        return None
    namespace, site = facts.seen.bot.metadata.namespace, facts.seen.bot.spec.zulip.site
    keys = "ZULIP_EMAIL and ZULIP_API_KEY" if site else "ZULIP_EMAIL, ZULIP_API_KEY and ZULIP_SITE"
    remedy = f"create it in namespace {namespace} with the keys {keys}" if not missing.keys else "add it"
    running = "; the bot that runs goes on with what it read before" if facts.seen.deployment else ""
    return _no("CredentialsMissing", f"{missing}: {remedy}{running}")


def is_stalled(facts: Facts) -> Verdict | None:
    stalled = facts.outcome.stalled
    return _no(*stalled) if stalled else None


def has_no_report(facts: Facts) -> Verdict | None:
    if facts.seen.report is not None:
        return None
    trouble = _bot_trouble(facts)
    if trouble and trouble.phase is SidecarPhase.FAILED:
        return _no("BotNotRunning", f"the bot's container: {trouble.message}")
    if trouble:
        return _unknown("BotStarting", trouble.message)
    if facts.seen.bot.status.runtime is None:
        return _unknown("NoReport", "the bot runs, but has not reported yet")
    return _unknown("NoReport", "the last report is not from a pod that is ready now: waiting for a new one")


def _bot_trouble(facts: Facts) -> Finding | None:
    newest = facts.seen.newest
    pod = next((pod for pod in newest if not pod.container(BOT_CONTAINER).ready), newest[0] if newest else None)
    return container_trouble(facts.seen, pod, BOT_CONTAINER)


# --- Stalled


def rollout_is_stuck(facts: Facts) -> Verdict | None:
    for entry in _deployment_conditions(facts):
        if entry.get("type") == "Progressing" and entry.get("reason") == "ProgressDeadlineExceeded":
            cause = _rollout_trouble(facts)
            return _yes("RolloutStuck", f"the new pod did not become ready in time{cause}")
    return None


def stalled(facts: Facts) -> Verdict | None:
    return _yes(*facts.outcome.stalled) if facts.outcome.stalled else None


def not_stalled(facts: Facts) -> Verdict:
    return _no("Progressing", "nothing needs anybody's help to go on")


# --- Reconciling


def failed(facts: Facts) -> Verdict | None:
    return _yes(*facts.outcome.failed) if facts.outcome.failed else None


def halted(facts: Facts) -> Verdict | None:
    stuck = stalled(facts) or rollout_is_stuck(facts)
    return _no("Stalled", "see the condition Stalled") if stuck else None


def waits_for_credentials(facts: Facts) -> Verdict | None:
    missing = lacks_credentials(facts)
    return _yes(*missing.cause) if missing else None


def rolls_out(facts: Facts) -> Verdict | None:
    deployment = facts.seen.deployment
    if deployment is None:
        return _yes("RollingOut", "the Deployment is being created")
    status = deployment.get("status", {})
    wanted = deployment.get("spec", {}).get("replicas", 1)
    updated, total, available = (
        int(status.get(name, 0)) for name in ("updatedReplicas", "replicas", "availableReplicas")
    )
    settled = status.get("observedGeneration", 0) >= deployment["metadata"].get("generation", 0)
    if settled and updated >= wanted and total <= updated and available >= updated:
        return None
    return _yes("RollingOut", f"{min(updated, available)} of {wanted} pods are up to date and available")


def loads_config(facts: Facts) -> Verdict | None:
    loaded = config_is_pending(facts)
    return _yes(*loaded.cause) if loaded else None


def settled(facts: Facts) -> Verdict:
    return _no("Settled", "everything is as the resources say")


# --- ConfigLoaded


def config_was_refused(facts: Facts) -> Verdict | None:
    report = facts.seen.report
    if report is None or not report.config_error:
        return None
    return _no(
        "ConfigRefused", f"the bot refused the mounted config and runs on with the last good one: {report.config_error}"
    )


def config_is_pending(facts: Facts) -> Verdict | None:
    report, wanted = facts.seen.report, facts.outcome.revision
    if report is None or wanted is None or report.config_revision == wanted:
        return None
    return _no("ConfigPending", f"the bot runs revision {report.config_revision or 'none'}, wanted is {wanted}")


def config_is_loaded(facts: Facts) -> Verdict:
    report = facts.seen.report
    return _yes("Loaded", f"the bot runs revision {report.config_revision if report else ''}")


# --- ZulipConnected


def zulip_keeps_it_from_ready(facts: Facts) -> Verdict | None:
    complaint = facts.seen.complaint
    return _no("NotConnected", complaint) if complaint else None


def zulip_is_away(facts: Facts) -> Verdict | None:
    report = facts.seen.report
    if report is None or report.zulip.connected:
        return None
    return _no("NotConnected", report.zulip.message or "the bot is not connected to Zulip yet")


def zulip_is_connected(facts: Facts) -> Verdict:
    return _yes("Connected", "the bot holds an event queue that answers")


# --- SidecarsReady


def mcp_is_off(facts: Facts) -> Verdict | None:
    if facts.seen.bot.spec.mcp_sidecars.enabled:
        return None
    return _yes("McpDisabled", "`mcpSidecars.enabled` is false: the bot runs without any")


def sidecars_are_missing(facts: Facts) -> Verdict | None:
    failing = facts.not_ready
    if not failing:
        return None
    reason = "SidecarsFailed" if any(line.phase is SidecarPhase.FAILED for line in failing) else "SidecarsStarting"
    return _no(reason, "; ".join(f"{line.name}: {line.message}" for line in failing))


def sidecars_are_refused(facts: Facts) -> Verdict | None:
    refused = [line for line in facts.lines if line.phase is SidecarPhase.NOT_ACCEPTED]
    if not refused:
        return None
    return _no("SidecarsNotAccepted", "; ".join(f"{line.name}: {line.message}" for line in refused))


def sidecars_are_ready(facts: Facts) -> Verdict:
    count = len(facts.seen.selection.accepted)
    if not count:
        return _yes("NoSidecars", "no McpSidecar belongs to this bot")
    return _yes("AllReady", f"{count} of {count} completed the MCP handshake")


# --- Ready


def not_reported(facts: Facts) -> Verdict | None:
    verdict = has_no_report(facts)
    return _no(*verdict.cause) if verdict else None


def rollout_is_broken(facts: Facts) -> Verdict | None:
    """The bot answers, but from another pod than the one that should run by now, and that one has trouble."""
    trouble = _bot_trouble(facts)
    if trouble is None or trouble.phase is not SidecarPhase.FAILED:
        return None
    answering = f"; pod {facts.seen.reporter.name} still answers" if facts.seen.reporter else ""
    return _no("RolloutFailing", f"the new pod's bot container: {trouble.message}{answering}")


def ready(facts: Facts) -> Verdict:
    count = len(facts.seen.selection.accepted)
    refused = sidecars_are_refused(facts)
    note = f"; not accepted: {refused.cause.message}" if refused else ""
    return _yes("Ready", f"connected to Zulip, {count} of {count} sidecars ready{note}")


def _rollout_trouble(facts: Facts) -> str:
    failing = [f"{line.name}: {line.message}" for line in facts.not_ready if line.phase is SidecarPhase.FAILED]
    trouble = _bot_trouble(facts)
    if trouble and trouble.phase is SidecarPhase.FAILED:
        failing.insert(0, f"the bot's container: {trouble.message}")
    return ": " + "; ".join(failing) if failing else ""


def _deployment_conditions(facts: Facts) -> Sequence[Mapping[str, str]]:
    return (facts.seen.deployment or {}).get("status", {}).get("conditions", [])
