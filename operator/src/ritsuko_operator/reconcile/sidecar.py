"""Reconciling one McpSidecar: its `status` says which bots run it, and how it is there. It has no children.

How it is there is what the bots' own status says of it, so that the two never disagree, and what was redacted there
stays redacted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ritsuko_api.bot import SidecarPhase, SidecarStatus
from ritsuko_api.conditions import Condition, SidecarCondition, settle
from ritsuko_api.reasons import Reason
from ritsuko_api.runtime import ServerReport, ServerState
from ritsuko_api.sidecar import McpSidecar, McpSidecarStatus
from ritsuko_operator.reconcile.children.refusals import Refusals
from ritsuko_operator.reconcile.cluster import ClusterApi, Object, SidecarKey, View
from ritsuko_operator.reconcile.errors import InvalidResourceError
from ritsuko_operator.reconcile.pods.observation import Observation, observe, read_sidecar
from ritsuko_operator.reconcile.status import content
from ritsuko_operator.reconcile.status.checks.verdict import Verdict
from ritsuko_operator.reconcile.status.conditions import condition
from ritsuko_operator.reconcile.status.outcome import Cause
from ritsuko_operator.reconcile.status.writing import write_status


@dataclass(frozen=True)
class BotUse:
    """One bot that the sidecar belongs to: whether it takes it, and how it is there.

    Without a line and without a refusal the bot has not been reconciled with the sidecar yet.
    """

    bot: str
    line: SidecarStatus | None = None
    server: ServerReport | None = None
    refusal: Cause | None = None

    @property
    def pending(self) -> bool:
        return self.refusal is None and self.line is None


# The worst first.
_BADNESS = (
    SidecarPhase.FAILED,
    SidecarPhase.LEFT_OUT,
    SidecarPhase.NOT_ACCEPTED,
    SidecarPhase.STARTING,
    SidecarPhase.DISABLED,
    SidecarPhase.READY,
)
_REASONS = {SidecarPhase.DISABLED: Reason.SUSPENDED}  # an accepted one is only ever switched off together with its bot


class SidecarReconciler:
    """Reconciles sidecars, one call for one sidecar. `refusals` are those that the
    reconciler of bots notes."""

    def __init__(self, cluster: ClusterApi, view: View, refusals: Refusals, *, now: Callable[[], datetime]) -> None:
        self._cluster = cluster
        self._view = view
        self._refusals = refusals
        self._now = now

    async def reconcile(self, key: SidecarKey) -> None:
        """Writes the status if it has to say something new. Raises `NotDoneError` if that did not work."""
        live = self._view.get(key.ref)
        if live is None or "deletionTimestamp" in live["metadata"]:
            return
        desired = self._wanted(live)
        if desired is not None:
            await write_status(self._cluster, key.ref, live, desired)

    def _wanted(self, live: Object) -> Object | None:
        """The status; None while a bot is about to say something new of the sidecar: it is reconciled again then."""
        try:
            sidecar = read_sidecar(live)
        except InvalidResourceError as error:
            return _unreadable(live, error, now=self._now())
        bots = list(self._view.bots_of(live))
        going = [bot["metadata"]["name"] for bot in bots if "deletionTimestamp" in bot["metadata"]]
        uses = [self._use(sidecar.metadata.name, bot) for bot in bots if bot["metadata"]["name"] not in going]
        if any(use.pending for use in uses):
            return None
        return sidecar_status(sidecar, uses, now=self._now(), going=going)

    def _use(self, sidecar: str, bot_object: Object) -> BotUse:
        name = bot_object["metadata"]["name"]
        try:
            observed = observe(self._view, bot_object, self._refusals)
        except InvalidResourceError as error:
            return BotUse(name, refusal=Cause(Reason.BOT_NOT_VALID, f"RitsukoBot {name} cannot be used: {error}"))
        refusal = _refusal(observed, sidecar)
        if refusal is not None:
            return BotUse(name, refusal=refusal)
        line = next((line for line in observed.bot.status.sidecars if line.name == sidecar), None)
        outdated = line is not None and (
            line.phase is SidecarPhase.NOT_ACCEPTED or (line.phase is SidecarPhase.DISABLED and not observed.suspended)
        )
        return BotUse(name, None if outdated else line, observed.server(sidecar))


def sidecar_status(sidecar: McpSidecar, uses: Sequence[BotUse], *, now: datetime, going: Sequence[str] = ()) -> Object:
    """The status of a sidecar that belongs to these bots; `going` are others that are being deleted."""
    taken = sorted((use for use in uses if use.refusal is None), key=lambda use: use.bot)
    generation = sidecar.metadata.generation
    acceptance = accepted(sidecar, uses, going)
    said = [
        condition(SidecarCondition.ACCEPTED, acceptance, generation, now),
        condition(SidecarCondition.READY, ready(taken) if taken else acceptance, generation, now),
    ]
    server = next((use.server for use in taken if use.server and use.server.state is ServerState.READY), None)
    known = sidecar.status  # what the last handshake showed stays said until the next one
    bots = [use.bot for use in taken]
    server_info = server.server_info if server else known.server_info
    tools = server.tools if server else known.tools
    return content.as_written(
        McpSidecarStatus(
            observed_generation=generation,
            bots=bots,
            bot_names=", ".join(bots) or None,
            server_info=server_info,
            tools=tools,
            tool_count=len(tools) if server_info else None,
            tools_hash=server.tools_hash if server else known.tools_hash,
            last_handshake_time=server.since if server else known.last_handshake_time,
            conditions=settle(said, known.conditions),
        )
    )


def accepted(sidecar: McpSidecar, uses: Sequence[BotUse], going: Sequence[str] = ()) -> Verdict:
    """Whether at least one bot takes the sidecar, and why another does not."""
    taken = sorted(use.bot for use in uses if use.refusal is None)
    refused = sorted((use.bot, use.refusal) for use in uses if use.refusal is not None)
    dangling = _dangling(sidecar, uses, going)
    if taken:
        others = [f"not used by {bot}: {cause.message}" for bot, cause in refused]
        told = "; ".join((f"used by {', '.join(taken)}", *others, *dangling))
        return Verdict("True", Cause(Reason.ACCEPTED, told))
    if not sidecar.spec.enabled:
        return Verdict("False", Cause(Reason.DISABLED, "`enabled` is false"))
    if refused:
        reason = refused[0][1].reason
        one = len(refused) == 1
        messages = (cause.message if one else f"{bot}: {cause.message}" for bot, cause in refused)
        return Verdict("False", Cause(reason, "; ".join((*messages, *dangling))))
    if dangling:
        return Verdict("False", Cause(Reason.BOT_NOT_FOUND, dangling[0]))
    return Verdict(
        "False",
        Cause(Reason.NO_BOT, "no bot's `mcpSidecars.selector` matches the labels of this sidecar: set `botRef`"),
    )


def _dangling(sidecar: McpSidecar, uses: Sequence[BotUse], going: Sequence[str]) -> list[str]:
    """What to say of a `botRef` that names no bot, whether a selector takes the sidecar or not."""
    name = sidecar.spec.bot_ref.name if sidecar.spec.bot_ref else None
    if name is None or any(use.bot == name for use in uses):
        return []
    if name in going:
        return [f"RitsukoBot {name} in `botRef` is being deleted"]
    return [(f"RitsukoBot {name} not found in namespace {sidecar.metadata.namespace}: create it, or correct `botRef`")]


def ready(taken: Sequence[BotUse]) -> Verdict:
    """Whether every bot that takes the sidecar can use it: of several the one that is worst off gives the reason."""
    lines = [(use.bot, use.line) for use in taken if use.line is not None]
    failing = sorted((_BADNESS.index(line.phase), bot, line) for bot, line in lines if not line.ready)
    if failing:
        phase = failing[0][2].phase
        told = "; ".join(f"{bot}: {line.message}" for _, bot, line in failing)
        return Verdict("False", Cause(_REASONS.get(phase, Reason(phase)), told))
    notes = "".join(f"; {bot}: {line.message}" for bot, line in lines if line.message)
    return Verdict("True", Cause(Reason.READY, f"every bot completed the MCP handshake{notes}"))


def _refusal(observed: Observation, name: str) -> Cause | None:
    return next(
        (Cause(refusal.reason, refusal.message) for refusal in observed.selection.refused if refusal.name == name), None
    )


def _unreadable(live: Object, error: InvalidResourceError, *, now: datetime) -> Object:
    generation = live["metadata"].get("generation", 0)
    verdict = Verdict("False", Cause(error.reason, str(error)))
    said = [condition(kind, verdict, generation, now) for kind in SidecarCondition]
    known = [Condition.model_validate(entry) for entry in content.live_status(live).get("conditions", [])]
    return content.as_written(McpSidecarStatus(observed_generation=generation, conditions=settle(said, known)))
