"""Listing each kind now and then: what a watch failed to tell is put right, and a watch that went deaf is found out.

After a break a watch lists again but reports nothing of what was deleted meanwhile: such ghosts would stay in the cache
for ever. And if a watch still has not delivered, some time later, of a version that a list showed, it delivers no more.

A connection that went silent is given up by kopf itself, when not even a bookmark has come for `watch_inactivity`; what
is found out here is a watch that does not come back.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

from ritsuko_operator.reconcile.children.ownership import OURS, bot_of
from ritsuko_operator.reconcile.cluster import BotKey, Object, ObjectRef, SidecarKey
from ritsuko_operator.reconcile.errors import ApiError, ApiUnreachableError
from ritsuko_operator.reconcile.kinds import BOT, CLUSTER_ROLE_BINDING, SIDECAR, Kind, watched
from ritsuko_operator.runtime.api import Api
from ritsuko_operator.runtime.intake import Intake, ref_for

logger = logging.getLogger(__name__)

_GRACE = 20.0  # seconds that a watch may be behind a list
_RETRY = 5.0


class _List(Protocol):
    def __call__(self, kind: Kind, *, namespace: str | None, selector: str) -> AsyncIterator[Object]: ...


class Resync:
    """Lists all watched kinds, in `namespaces` or, if there are none named, everywhere."""

    def __init__(
        self, api: Api, intake: Intake, *, namespaces: Sequence[str], clock: Callable[[], float], grace: float = _GRACE
    ) -> None:
        self._api = api
        self._intake = intake
        self._namespaces: Sequence[str | None] = namespaces or [None]
        self._kinds = watched(cluster_wide=not namespaces)
        self._clock = clock
        self._grace = grace
        self._owed: dict[Kind, tuple[ObjectRef, int, float]] = {}  # what a watch has to tell of, and by when

    @property
    def deaf(self) -> list[Kind]:
        """The kinds whose watch has not delivered what a list showed long ago."""
        now = self._clock()
        return [kind for kind, (_, _, deadline) in self._owed.items() if now > deadline and self._is_owed(kind)]

    async def run_for_ever(self, period: float) -> None:
        """Looks at one kind after the other, spread over `period` seconds, so that no moment has all of the work."""
        for kind in itertools.cycle(self._kinds):
            await asyncio.sleep(period / len(self._kinds))
            try:
                await self.look_at(kind)
            except (ApiError, ApiUnreachableError) as error:
                logger.warning("the resync of %s failed and is retried later: %s", kind.plural, error)

    async def until_first(self) -> None:
        """Lists all kinds, again and again until it succeeds: it fills the cache before any worker starts."""
        while True:
            try:
                for kind in self._kinds:
                    await self._take_in(kind)
                return self._look_after_orphans()
            except (ApiError, ApiUnreachableError) as error:
                logger.warning("cannot list yet, retrying: %s", error)
                await asyncio.sleep(_RETRY)

    async def take_over(self) -> None:
        """Lists everything and queues every bot and sidecar: the leader before may have left something undone."""
        await self.until_first()
        for kind, key in ((BOT, BotKey), (SIDECAR, SidecarKey)):
            for ref in self._intake.cache.of_kind(kind):
                self._intake.queue.add(key(ref.namespace, ref.name))

    async def look_at(self, kind: Kind) -> None:
        """Lists a kind, in full only where versions tell that something is new.

        Raises `ApiError` or `ApiUnreachableError` if it could not be listed.
        """
        if await self._differs(kind):
            self._account_for(kind, *await self._take_in(kind))
        else:
            self._account_for(kind, [], [])
        if kind is CLUSTER_ROLE_BINDING:
            self._look_after_orphans()

    async def _differs(self, kind: Kind) -> bool:
        """Whether the cache lacks something, or has something that is no more."""
        cache, present = self._intake.cache, set[ObjectRef]()
        async for ref, item in self._listed(kind, self._api.list_metadata):
            if cache.is_news(ref, item):
                return True
            present.add(ref)
        return not present.issuperset(cache.of_kind(kind))

    async def _take_in(self, kind: Kind) -> tuple[list[tuple[int, ObjectRef]], list[ObjectRef]]:
        """Brings the cache up to date. Returns what was new, with its version, and what is no more."""
        before = {ref: self._intake.cache.uid(ref) for ref in self._intake.cache.of_kind(kind)}
        present: set[ObjectRef] = set()
        news: list[tuple[int, ObjectRef]] = []
        async for ref, item in self._listed(kind, self._api.list_all):
            present.add(ref)
            if self._intake.present(ref, item):
                news.append((_version(item), ref))
        # an object that came into the cache while we listed is not a ghost
        missing = before.keys() - present
        return news, [ref for ref in missing if self._intake.gone(ref, uid=before[ref])]

    async def _listed(self, kind: Kind, objects: _List) -> AsyncIterator[tuple[ObjectRef, Object]]:
        selector = "" if kind in (BOT, SIDECAR) else OURS
        for namespace in self._namespaces:
            async for item in objects(kind, namespace=namespace, selector=selector):
                yield ref_for(kind, item), item

    def _account_for(self, kind: Kind, news: list[tuple[int, ObjectRef]], ghosts: list[ObjectRef]) -> None:
        self._intake.metrics.resync_repairs.labels(kind.plural).inc(len(news) + len(ghosts))
        if ghosts:
            logger.warning("the watch of %s missed deletions: %s", kind.plural, [str(ref) for ref in ghosts])
        if news and kind not in self._owed:
            version, ref = max(news)
            self._owed[kind] = ref, version, self._clock() + self._grace
        elif kind in self._owed and not self._is_owed(kind):
            del self._owed[kind]

    def _is_owed(self, kind: Kind) -> bool:
        """Whether the watch still has to tell of what a list showed; not of an object that is gone by now."""
        ref, version, _ = self._owed[kind]
        return self._intake.newest.get(kind, 0) < version and self._intake.cache.get(ref) is not None

    def _look_after_orphans(self) -> None:
        """Queues the bots that are gone and have left something: it was deleted while nobody watched."""
        cache = self._intake.cache
        for ref in cache.of_kind(CLUSTER_ROLE_BINDING):
            child = cache.get(ref)
            key = bot_of(child) if child else None
            if key is not None and cache.get(key.ref) is None:
                self._intake.queue.add(key)


def _version(manifest: Object) -> int:
    return int(manifest["metadata"]["resourceVersion"])
