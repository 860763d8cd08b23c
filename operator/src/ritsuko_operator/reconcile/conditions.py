"""The conditions of a RitsukoBot, each from a chain of checks: the first that has something to say wins.

Ready, Reconciling and Stalled follow kstatus. Ready is True only when the bot itself reports, from a pod whose bot
container is ready, that it is connected to Zulip and that every accepted sidecar completed an MCP handshake.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ritsuko_api.conditions import BotCondition, Condition
from ritsuko_operator.reconcile import checks
from ritsuko_operator.reconcile.checks import Check, Facts, Verdict

_MESSAGE_LIMIT = 2000


def conditions(facts: Facts, now: str) -> list[Condition]:
    """All six conditions, as of `now` (RFC 3339)."""
    generation = facts.seen.bot.metadata.generation
    return [condition(kind, decide(chain, facts), generation, now) for kind, chain in _CHAINS.items()]


def condition(kind: str, verdict: Verdict, generation: int, now: str) -> Condition:
    return Condition(
        type=kind,
        status=verdict.status,
        reason=verdict.cause.reason,
        message=verdict.cause.message[:_MESSAGE_LIMIT],
        observedGeneration=generation,
        lastTransitionTime=now,
    )


def decide(chain: Sequence[Check], facts: Facts) -> Verdict:
    """The verdict of the first check that has one; the last check of every chain always has."""
    return next(verdict for check in chain if (verdict := check(facts)) is not None)


_CHAINS: Mapping[BotCondition, Sequence[Check]] = {
    BotCondition.STALLED: (checks.stalled, checks.rollout_is_stuck, checks.not_stalled),
    BotCondition.RECONCILING: (
        checks.failed,
        checks.halted,
        checks.waits_for_credentials,
        checks.rolls_out,
        checks.loads_config,
        checks.settled,
    ),
    BotCondition.CONFIG_LOADED: (
        checks.is_suspended,
        checks.has_no_report,
        checks.config_was_refused,
        checks.config_is_pending,
        checks.config_is_loaded,
    ),
    BotCondition.ZULIP_CONNECTED: (
        checks.is_suspended,
        checks.lacks_credentials,
        checks.zulip_keeps_it_from_ready,
        checks.has_no_report,
        checks.zulip_is_away,
        checks.zulip_is_connected,
    ),
    BotCondition.SIDECARS_READY: (
        checks.mcp_is_off,
        checks.is_suspended,
        checks.sidecars_are_missing,
        checks.sidecars_are_refused,
        checks.sidecars_are_ready,
    ),
    BotCondition.READY: (
        checks.is_stalled,
        checks.is_suspended,
        checks.lacks_credentials,
        checks.zulip_keeps_it_from_ready,
        checks.not_reported,
        checks.config_was_refused,
        checks.zulip_is_away,
        checks.sidecars_are_missing,
        checks.rollout_is_broken,
        checks.ready,
    ),
}
