"""SidecarsReady: all MCP servers of the bot, the optional ones among them."""

from __future__ import annotations

from collections.abc import Iterable

from ritsuko_api.bot import SidecarPhase, SidecarStatus
from ritsuko_api.reasons import Reason
from ritsuko_operator.reconcile.status.checks.verdict import Evidence, Verdict, no, yes


def mcp_is_off(evidence: Evidence) -> Verdict | None:
    if evidence.observed.bot.spec.mcp_sidecars.enabled:
        return None
    return yes(Reason.MCP_DISABLED, "`mcpSidecars.enabled` is false: the bot runs without sidecars")


def required_are_missing(evidence: Evidence) -> Verdict | None:
    failing = evidence.required_not_ready
    if not failing:
        return None
    return no(_failed_or_starting(failing), _told(failing))


def optional_are_missing(evidence: Evidence) -> Verdict | None:
    failing = evidence.not_ready
    if not failing:
        return None
    if all(line.phase is SidecarPhase.LEFT_OUT for line in failing):
        return no(Reason.OPTIONAL_LEFT_OUT, _told(failing))
    return no(_failed_or_starting(failing), _told(failing))


def sidecars_are_refused(evidence: Evidence) -> Verdict | None:
    refused = evidence.not_accepted
    return no(Reason.SIDECARS_NOT_ACCEPTED, _told(refused)) if refused else None


def sidecars_are_ready(evidence: Evidence) -> Verdict:
    count = len(evidence.observed.selection.accepted)
    if not count:
        return yes(Reason.NO_SIDECARS, "no McpSidecar belongs to this bot")
    return yes(Reason.ALL_READY, f"{count} of {count} completed the MCP handshake")


def _failed_or_starting(lines: Iterable[SidecarStatus]) -> Reason:
    failed = any(line.phase is SidecarPhase.FAILED for line in lines)
    return Reason.SIDECARS_FAILED if failed else Reason.SIDECARS_STARTING


def _told(lines: Iterable[SidecarStatus]) -> str:
    return "; ".join(f"{line.name}: {line.message}" for line in lines)
