"""SidecarsReady: all MCP servers of the bot, the optional ones among them."""

from __future__ import annotations

from collections.abc import Iterable

from ritsuko_api.bot import SidecarPhase, SidecarStatus
from ritsuko_operator.reconcile.status.checks.verdict import Facts, Verdict, no, yes


def mcp_is_off(facts: Facts) -> Verdict | None:
    if facts.seen.bot.spec.mcp_sidecars.enabled:
        return None
    return yes("McpDisabled", "`mcpSidecars.enabled` is false: the bot runs without any")


def required_are_missing(facts: Facts) -> Verdict | None:
    failing = facts.required_not_ready
    if not failing:
        return None
    return no(_failed_or_starting(failing), _told(failing))


def optional_are_missing(facts: Facts) -> Verdict | None:
    failing = facts.not_ready
    if not failing:
        return None
    if all(line.phase is SidecarPhase.LEFT_OUT for line in failing):
        return no("OptionalLeftOut", _told(failing))
    return no(_failed_or_starting(failing), _told(failing))


def sidecars_are_refused(facts: Facts) -> Verdict | None:
    refused = facts.not_accepted
    return no("SidecarsNotAccepted", _told(refused)) if refused else None


def sidecars_are_ready(facts: Facts) -> Verdict:
    count = len(facts.seen.selection.accepted)
    if not count:
        return yes("NoSidecars", "no McpSidecar belongs to this bot")
    return yes("AllReady", f"{count} of {count} completed the MCP handshake")


def _failed_or_starting(lines: Iterable[SidecarStatus]) -> str:
    return "SidecarsFailed" if any(line.phase is SidecarPhase.FAILED for line in lines) else "SidecarsStarting"


def _told(lines: Iterable[SidecarStatus]) -> str:
    return "; ".join(f"{line.name}: {line.message}" for line in lines)
