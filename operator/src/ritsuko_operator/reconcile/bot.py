"""Reconciling one RitsukoBot: gather, render, apply what differs, prune, poke, and say in `status` how it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ritsuko_api.bot import SidecarStatus
from ritsuko_api.conditions import Condition
from ritsuko_operator.reconcile import announcements, status
from ritsuko_operator.reconcile.apply import Applied, apply_children
from ritsuko_operator.reconcile.checks.verdict import Facts
from ritsuko_operator.reconcile.cluster import BotKey, Cluster, Object, ObjectRef, SidecarKey, View
from ritsuko_operator.reconcile.errors import (
    ApiError,
    InvalidResourceError,
    NotDoneError,
)
from ritsuko_operator.reconcile.gather import Gathered, Release, gather
from ritsuko_operator.reconcile.kinds import CONFIG_MAP, DEPLOYMENT, SECRET
from ritsuko_operator.reconcile.observation import Observation, observe
from ritsuko_operator.reconcile.outcome import Cause, Outcome, outcome_of
from ritsuko_operator.reconcile.ownership import ref_of
from ritsuko_operator.reconcile.poke import poke_pods
from ritsuko_operator.reconcile.prune import prune_children, prune_secret
from ritsuko_operator.reconcile.rendering import Renderer
from ritsuko_operator.reconcile.secrets import SecretReader
from ritsuko_operator.reconcile.sidecar_lines import lines
from ritsuko_operator.reconcile.status_writing import write_status
from ritsuko_operator.render.errors import RenderError

_WAIT_FOR_CREDENTIALS = 5.0  # seconds
_WAIT_FOR_HELP = 300.0


class BotReconciler:
    """Reconciles bots, one call for one bot.

    `now` gives the time as RFC 3339. `follow` is told of the sidecars of which a bot's status now says something else:
    their own status follows it.
    """

    def __init__(
        self,
        cluster: Cluster,
        view: View,
        secrets: SecretReader,
        release: Release,
        *,
        now: Callable[[], str],
        follow: Callable[[SidecarKey], None],
    ) -> None:
        self._cluster = cluster
        self._view = view
        self._secrets = secrets
        self._release = release
        self._now = now
        self._follow = follow
        self._renderer = Renderer()
        self._in_place: dict[BotKey, set[ObjectRef]] = {}  # the children that this process has seen in place
        self._followed: dict[BotKey, tuple[object, object]] = {}  # the lines and reports that sidecars were told of

    async def reconcile(self, key: BotKey) -> float | None:
        """Brings one bot in line. Returns in how many seconds to look again, or None if only after a change.

        Raises `NotDoneError` or `ApiUnreachableError` when another try soon is worth it.
        """
        live = self._view.get(key.ref)
        if live is None:
            await self._clear_up_after(key)
            return None
        if "deletionTimestamp" in live["metadata"]:
            return None  # the garbage collector is at work
        try:
            seen = observe(self._view, live)
        except InvalidResourceError as error:
            unreadable = status.unreadable_bot_status(live, Cause(error.reason, str(error)), now=self._now())
            await self._write_status(key, live, unreadable)
            return None
        outcome = await self._align(key, seen)
        live = self._view.get(key.ref) or live
        seen = observe(self._view, live)  # again: some children are others by now
        now = self._now()
        facts = Facts(seen, outcome, now, lines(seen, now))
        await self._write_status(key, live, status.bot_status(facts, version=self._release.version, redact=str))
        self._tell_sidecars(key, seen, facts.lines)
        if outcome.failed:
            raise NotDoneError(outcome.failed.message)
        if outcome.missing:
            return _WAIT_FOR_CREDENTIALS
        return _WAIT_FOR_HELP if outcome.stalled else None

    async def _align(self, key: BotKey, seen: Observation) -> Outcome:
        """Brings the children in line. What is wrong with this bot is in the outcome, not raised."""
        before = seen.bot.status.config_revision
        try:
            gathered = await gather(key, seen, self._secrets, self._release, now=self._now())
            rendered = self._renderer.render(key, seen.bot, seen.selection, gathered.facts)
        except RenderError as error:
            return Outcome(before, stalled=Cause(InvalidResourceError.reason, f"{error}; what ran keeps running"))
        except ApiError as error:
            return outcome_of(before, [error])
        manifests = rendered.manifests
        applied = await apply_children(
            self._cluster,
            self._view,
            key,
            _without_deployment(manifests) if gathered.missing and not seen.bot.spec.suspend else manifests,
            {gathered.secrets.token_ref: gathered.secrets.tokens},
        )
        await self._note(key, applied)
        try:
            await poke_pods(self._cluster, seen, rendered.revision, just_written=applied.wrote(CONFIG_MAP))
            if not applied.failures:
                await self._prune(key, seen, gathered, {ref_of(manifest) for manifest in manifests})
        except ApiError as error:
            applied.failures.append(error)
        return outcome_of(rendered.revision, applied.failures, missing=gathered.missing)

    async def _prune(self, key: BotKey, seen: Observation, gathered: Gathered, rendered: set[ObjectRef]) -> None:
        uid, secrets = seen.bot.metadata.uid, gathered.secrets
        await prune_children(self._cluster, self._view, key, owner=uid, rendered=rendered)
        if secrets.token_ref not in rendered and await prune_secret(
            self._cluster, key, secrets.token_ref, secrets.tokens, owner=uid
        ):
            self._secrets.wrote(key, secrets.token_ref, None)

    async def _clear_up_after(self, key: BotKey) -> None:
        """A bot is gone: what the garbage collector cannot take goes too."""
        self._secrets.forget(key)
        self._renderer.forget(key)
        self._in_place.pop(key, None)
        self._followed.pop(key, None)
        try:
            await prune_children(self._cluster, self._view, key, owner=None, rendered=())
        except ApiError as error:
            raise NotDoneError(str(error)) from error

    async def _note(self, key: BotKey, applied: Applied) -> None:
        """Announces repairs, and remembers what is in place, so that what is missing later was deleted by somebody."""
        for change in applied.changes:
            if change.ref.kind is SECRET:
                self._secrets.wrote(key, change.ref, change.live)
        bot = self._view.get(key.ref)
        if bot is not None:
            for repair in announcements.repairs(bot, applied.changes, self._in_place.get(key, ())):
                await self._cluster.announce(repair)
        self._in_place[key] = applied.in_place

    def _tell_sidecars(self, key: BotKey, seen: Observation, lines: Sequence[SidecarStatus]) -> None:
        said = (list(lines), seen.report.servers if seen.report else None)
        if self._followed.get(key) != said:
            self._followed[key] = said
            for line in lines:
                self._follow(SidecarKey(key.namespace, line.name))

    async def _write_status(self, key: BotKey, live: Object, wanted: Object) -> None:
        if not await write_status(self._cluster, key.ref, live, wanted):
            return
        before, after = (
            [Condition.model_validate(entry) for entry in said.get("conditions", [])]
            for said in (status.live_status(live), wanted)
        )
        for transition in announcements.transitions(live, before, after):
            await self._cluster.announce(transition)


def _without_deployment(manifests: Sequence[Object]) -> list[Object]:
    """A pod without credentials would never start, and a running bot must not be replaced by one."""
    return [manifest for manifest in manifests if ref_of(manifest).kind is not DEPLOYMENT]
