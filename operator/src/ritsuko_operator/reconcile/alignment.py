"""Bringing one bot's children in line: gather, render, apply what differs, prune, and have the pods look at it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ritsuko_operator.reconcile.children.admission import Admission
from ritsuko_operator.reconcile.children.apply import Applied, Parent, apply_children
from ritsuko_operator.reconcile.children.monitoring import MonitoringObjects
from ritsuko_operator.reconcile.children.ownership import ref_of
from ritsuko_operator.reconcile.children.prune import prune_children, prune_unwatched
from ritsuko_operator.reconcile.children.rehearsal import Rehearsal
from ritsuko_operator.reconcile.children.rendering import Renderer
from ritsuko_operator.reconcile.cluster import BotKey, ClusterApi, Object, ObjectRef, View
from ritsuko_operator.reconcile.credentials.secrets import SecretReader
from ritsuko_operator.reconcile.errors import ApiError, InvalidResourceError, NotDoneError
from ritsuko_operator.reconcile.gather import Gathered, Release, gather
from ritsuko_operator.reconcile.kinds import CONFIG_MAP, DEPLOYMENT, SECRET
from ritsuko_operator.reconcile.memory import Memory
from ritsuko_operator.reconcile.pods.config_refresh import refresh_config
from ritsuko_operator.reconcile.pods.observation import Observation
from ritsuko_operator.reconcile.status import announcements
from ritsuko_operator.reconcile.status.outcome import AlignmentOutcome, Cause, outcome_of
from ritsuko_operator.render.errors import RenderError


@dataclass(frozen=True)
class Alignment:
    """How it went, and what was gathered for it: None if not everything could be read.

    If the apiserver would refuse the pod for some of the sidecars, these are `refused`, each with what it says of it:
    then it is not done, and pods were not notified.
    """

    outcome: AlignmentOutcome
    gathered: Gathered | None = None
    refused: Mapping[str, str] = field(default_factory=dict[str, str])
    lacks_kinds: bool = False  # of what is desired: they are not installed here


class Aligner:
    """Aligns bots, one call for one bot."""

    def __init__(
        self, cluster: ClusterApi, view: View, secrets: SecretReader, release: Release, memory: Memory
    ) -> None:
        self._cluster = cluster
        self._view = view
        self._secrets = secrets
        self._release = release
        self._renderer = Renderer(memory)
        self._monitoring = MonitoringObjects(cluster, memory)
        self._rehearsal = Rehearsal(cluster, memory)
        self._admission = Admission(memory)
        self._in_place = memory.table(dict[BotKey, set[ObjectRef]]())  # children seen in place

    async def align(self, key: BotKey, observed: Observation, *, now: datetime, left_out: frozenset[str]) -> Alignment:
        """Brings the children in line. What is wrong with this bot is in the outcome, not raised.

        `left_out` are the optional sidecars that get no container; Raises `ApiUnreachableError`, and
        `NamespaceEndsError` if the bot is about to be deleted with all that is around it.
        """
        before = observed.bot.status.config_revision
        gathered = None
        try:
            gathered = await gather(key, observed, self._secrets, self._release, now=now, left_out=left_out)
            rendered = self._renderer.render(key, observed.bot, observed.selection, gathered.context)
            monitoring = await self._monitoring.look(key, rendered.manifests)
        except RenderError as error:
            note = "; the previous version keeps running" if observed.deployment else ""
            stalled = Cause(InvalidResourceError.reason, f"{error}{note}")
            return Alignment(AlignmentOutcome(before, stalled=stalled), gathered)
        except ApiError as error:
            return Alignment(outcome_of(before, [error]), gathered)
        manifests = [manifest for manifest in rendered.manifests if ref_of(manifest).kind not in monitoring.absent]
        wait = gathered.missing and not observed.bot.spec.suspend
        parent = Parent(key, observed.bot.metadata.uid, self._admission.of(key))
        new = observed.deployment is None  # then no pod can be misled, and trying is all the rehearsal that it takes
        rehearsed = parent, observed.bot, observed.selection, gathered.context, manifests, observed.deployment
        if not (wait or new) and (refused := await self._rehearsal.refused(*rehearsed)):
            return Alignment(AlignmentOutcome(before), gathered, refused)
        applied = await apply_children(
            self._cluster,
            self._view,
            parent,
            _without_deployment(manifests) if wait else manifests,
            {**gathered.secrets.own, **monitoring.live},
        )
        await self._note(key, applied)
        tried = new and any(ref.kind is DEPLOYMENT for ref in applied.refused)
        if tried and (refused := await self._rehearsal.refused(*rehearsed)):
            return Alignment(AlignmentOutcome(before), gathered, refused)
        try:
            await refresh_config(self._cluster, observed, rendered.revision, just_written=applied.wrote(CONFIG_MAP))
            if not applied.failures:
                unwatched = {**gathered.secrets.own, **monitoring.live}
                await self._prune(key, parent.uid, {ref_of(manifest) for manifest in manifests}, unwatched)
        except ApiError as error:
            applied.failures.append(error)
        notes = [*monitoring.notes, *parent.adjustments.notes]
        outcome = outcome_of(rendered.revision, applied.failures, missing=gathered.missing, notes=notes)
        return Alignment(outcome, gathered, lacks_kinds=bool(monitoring.absent))

    async def clean_up(self, key: BotKey) -> None:
        """The bot is gone: what the garbage collector cannot take goes too."""
        try:
            await prune_children(self._cluster, self._view, key, owner=None, rendered=())
        except ApiError as error:
            raise NotDoneError(str(error)) from error

    async def _prune(
        self, key: BotKey, uid: str, rendered: Collection[ObjectRef], unwatched: dict[ObjectRef, Object | None]
    ) -> None:
        await prune_children(self._cluster, self._view, key, owner=uid, rendered=rendered)
        for ref, live in unwatched.items():
            if ref not in rendered and await prune_unwatched(self._cluster, key, ref, live, owner=uid):
                if ref.kind is SECRET:
                    self._secrets.wrote(key, ref, None)
                else:
                    self._monitoring.removed(key, ref)

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


def _without_deployment(manifests: Sequence[Object]) -> list[Object]:
    """A pod without credentials would never start, and a running bot must not be replaced by one."""
    return [manifest for manifest in manifests if ref_of(manifest).kind is not DEPLOYMENT]
