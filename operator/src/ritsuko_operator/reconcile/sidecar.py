"""Reconciling one McpSidecar: its `status` says which bots run it, and how it is there. It has no children."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ritsuko_api.bot import SidecarPhase, SidecarStatus
from ritsuko_api.conditions import Condition, SidecarCondition, settle
from ritsuko_api.runtime import ServerReport, ServerState
from ritsuko_api.sidecar import McpSidecar, McpSidecarStatus
from ritsuko_operator.reconcile import status
from ritsuko_operator.reconcile.checks.verdict import Cause, Verdict
from ritsuko_operator.reconcile.cluster import Cluster, Object, SidecarKey, View
from ritsuko_operator.reconcile.conditions import condition
from ritsuko_operator.reconcile.errors import InvalidResourceError
from ritsuko_operator.reconcile.observation import Observation, observe, read_sidecar
from ritsuko_operator.reconcile.sidecar_lines import lines
from ritsuko_operator.reconcile.status_writing import write_status


@dataclass(frozen=True)
class Use:
    """One bot that the sidecar belongs to: whether it takes it, and how it is there."""

    bot: str
    line: SidecarStatus
    server: ServerReport | None = None
    refusal: Cause | None = None


class SidecarReconciler:
    """Reconciles sidecars, one call for one sidecar. `now` gives the time as RFC 3339."""

    def __init__(self, cluster: Cluster, view: View, *, now: Callable[[], str]) -> None:
        self._cluster = cluster
        self._view = view
        self._now = now

    async def reconcile(self, key: SidecarKey) -> None:
        """Writes the status if it has to say something new. Raises `NotDoneError` if that did not work."""
        live = self._view.get(key.ref)
        if live is None or "deletionTimestamp" in live["metadata"]:
            return
        await write_status(self._cluster, key.ref, live, self._wanted(live))

    def _wanted(self, live: Object) -> Object:
        bots = self._view.bots_of(live)
        try:
            sidecar = read_sidecar(live)
        except InvalidResourceError as error:
            return _unreadable(live, error, now=self._now())
        uses = [use for bot in bots if (use := self._use(sidecar, bot)) is not None]
        return sidecar_status(sidecar, uses, now=self._now())

    def _use(self, sidecar: McpSidecar, bot_object: Object) -> Use | None:
        name = bot_object["metadata"]["name"]
        try:
            seen = observe(self._view, bot_object)
        except InvalidResourceError as error:
            line = SidecarStatus(name=sidecar.metadata.name, phase=SidecarPhase.NOT_ACCEPTED, ready=False)
            return Use(name, line, refusal=Cause("BotNotValid", f"RitsukoBot {name} cannot be used: {error}"))
        line = next((line for line in lines(seen, self._now()) if line.name == sidecar.metadata.name), None)
        if line is None:
            return None
        return Use(name, line, seen.server(sidecar.metadata.name), _refusal(seen, sidecar.metadata.name))


def sidecar_status(sidecar: McpSidecar, uses: Sequence[Use], *, now: str) -> Object:
    """The status of a sidecar that belongs to these bots."""
    taken = sorted((use for use in uses if use.refusal is None), key=lambda use: use.bot)
    generation = sidecar.metadata.generation
    said = [
        condition(SidecarCondition.ACCEPTED, accepted(sidecar, uses), generation, now),
        condition(SidecarCondition.READY, ready(taken), generation, now),
    ]
    server = next((use.server for use in taken if use.server and use.server.state is ServerState.READY), None)
    known = sidecar.status  # what the last handshake showed stays said until the next one
    return status.as_written(
        McpSidecarStatus(
            observed_generation=generation,
            bots=[use.bot for use in taken],
            server_info=server.server_info if server else known.server_info,
            tools=server.tools if server else known.tools,
            tools_hash=server.tools_hash if server else known.tools_hash,
            last_handshake_time=server.since if server else known.last_handshake_time,
            conditions=settle(said, known.conditions),
        )
    )


def accepted(sidecar: McpSidecar, uses: Sequence[Use]) -> Verdict:
    """Whether at least one bot takes the sidecar, and if none does, why."""
    taken = sorted(use.bot for use in uses if use.refusal is None)
    if taken:
        return Verdict("True", Cause("Accepted", f"used by {', '.join(taken)}"))
    if not sidecar.spec.enabled:
        return Verdict("False", Cause("Disabled", "`enabled` is false"))
    for use in uses:
        if use.refusal is not None:
            return Verdict("False", use.refusal)
    if sidecar.spec.bot_ref is not None:
        name, namespace = sidecar.spec.bot_ref.name, sidecar.metadata.namespace
        return Verdict(
            "False",
            Cause(
                "BotNotFound", f"there is no RitsukoBot {name} in namespace {namespace}: create it, or correct `botRef`"
            ),
        )
    return Verdict(
        "False", Cause("NoBot", "no bot's `mcpSidecars.selector` matches the labels of this sidecar: set `botRef`")
    )


def ready(taken: Sequence[Use]) -> Verdict:
    """Whether every bot that takes the sidecar can use it."""
    if not taken:
        return Verdict("False", Cause("NotAccepted", "no bot runs it: see the condition Accepted"))
    failing = [use for use in taken if not use.line.ready]
    if not failing:
        return Verdict("True", Cause("Ready", "every bot completed the MCP handshake"))
    worst = next((use for use in failing if use.line.phase is SidecarPhase.FAILED), failing[0])
    return Verdict(
        "False", Cause(str(worst.line.phase), "; ".join(f"{use.bot}: {use.line.message}" for use in failing))
    )


def _refusal(seen: Observation, name: str) -> Cause | None:
    return next(
        (Cause(refusal.reason, refusal.message) for refusal in seen.selection.refused if refusal.name == name), None
    )


def _unreadable(live: Object, error: InvalidResourceError, *, now: str) -> Object:
    generation = live["metadata"].get("generation", 0)
    said = [
        condition(SidecarCondition.ACCEPTED, Verdict("False", Cause(error.reason, str(error))), generation, now),
        condition(SidecarCondition.READY, ready(()), generation, now),
    ]
    known = [Condition.model_validate(entry) for entry in status.live_status(live).get("conditions", [])]
    return status.as_written(McpSidecarStatus(observed_generation=generation, conditions=settle(said, known)))
