"""The conditions of a RitsukoBot, each from a chain of checks: the first that has something to say wins.

Ready, Reconciling and Stalled follow kstatus. Ready is True only when the bot itself reports, from a pod whose bot
container is ready, that it is connected to Zulip and that every required sidecar completed an MCP handshake. A sidecar
that is not accepted does not count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from ritsuko_api.conditions import BotCondition, Condition
from ritsuko_common.rfc3339 import format_rfc3339
from ritsuko_operator.reconcile.status.checks import progress, ready, report, shared, sidecars
from ritsuko_operator.reconcile.status.checks.shared import unless_it_reports
from ritsuko_operator.reconcile.status.checks.verdict import Check, Evidence, Verdict

_MESSAGE_LIMIT = 2000


def conditions(evidence: Evidence) -> list[Condition]:
    """All six conditions."""
    generation = evidence.observed.bot.metadata.generation
    return [condition(kind, decide(chain, evidence), generation, evidence.now) for kind, chain in _CHAINS.items()]


def condition(kind: str, verdict: Verdict, generation: int, now: datetime) -> Condition:
    return Condition(
        type=kind,
        status=verdict.status,
        reason=verdict.cause.reason,
        message=verdict.cause.message[:_MESSAGE_LIMIT],
        observedGeneration=generation,
        lastTransitionTime=format_rfc3339(now),
    )


def decide(chain: Sequence[Check], evidence: Evidence) -> Verdict:
    """The verdict of the first check that has one; the last check of every chain always has."""
    return next(verdict for check in chain if (verdict := check(evidence)) is not None)


_CHAINS: Mapping[BotCondition, Sequence[Check]] = {
    BotCondition.STALLED: (
        progress.stalled,
        progress.rollout_is_held_up,
        progress.rollout_is_stuck,
        progress.not_stalled,
    ),
    BotCondition.RECONCILING: (
        progress.failed,
        progress.halted,
        progress.waits_for_credentials,
        progress.deployment_is_ending,
        progress.pods_are_refused,
        progress.rollout_is_failing,
        progress.rolls_out,
        progress.loads_config,
        progress.settled,
    ),
    BotCondition.CONFIG_LOADED: (
        shared.is_suspended,
        shared.has_no_report,
        report.config_was_refused,
        report.config_is_pending,
        report.config_is_loaded,
    ),
    BotCondition.ZULIP_CONNECTED: (
        shared.is_suspended,
        unless_it_reports(shared.lacks_credentials),
        report.zulip_keeps_it_from_ready,
        shared.has_no_report,
        report.zulip_is_disconnected,
        report.zulip_is_connected,
    ),
    BotCondition.SIDECARS_READY: (
        sidecars.mcp_is_off,
        shared.is_suspended,
        sidecars.required_are_missing,
        sidecars.optional_are_missing,
        sidecars.sidecars_are_refused,
        sidecars.sidecars_are_ready,
    ),
    BotCondition.READY: (
        unless_it_reports(shared.is_stalled),
        shared.is_suspended,
        unless_it_reports(shared.lacks_credentials),
        report.zulip_keeps_it_from_ready,
        ready.not_reported,
        report.config_was_refused,
        report.zulip_is_disconnected,
        sidecars.required_are_missing,
        ready.ready,
    ),
}
