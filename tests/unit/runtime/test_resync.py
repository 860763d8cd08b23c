"""A resync puts right what a watch did not tell, and finds out a watch that tells nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from ritsuko_operator.reconcile.cluster import BotKey, Object, SidecarKey
from ritsuko_operator.reconcile.errors import ApiUnreachableError
from ritsuko_operator.reconcile.kinds import BOT, CLUSTER_ROLE_BINDING, CONFIG_MAP, SIDECAR, WATCHED, Kind
from ritsuko_operator.runtime.cache import Cache
from ritsuko_operator.runtime.intake import Intake
from ritsuko_operator.runtime.metrics import Metrics
from ritsuko_operator.runtime.queue import WorkQueue
from ritsuko_operator.runtime.resync import Resync
from ritsuko_operator.runtime.routing import Key
from tests.unit.runtime.fakes import Clock, config_map, make, ref

HAL = BotKey("ops", "hal")


class _EnoughError(Exception):
    """As many lists as the test wants were asked for."""


class Lists:
    """An apiserver that only lists."""

    def __init__(self) -> None:
        self.objects: dict[Kind, list[Object]] = {}
        self.asked: list[Kind] = []
        self.in_full: list[Kind] = []
        self._most: int | None = None
        self.refused: Kind | None = None
        self.meanwhile = lambda: None  # what happens between the list and its arrival

    async def asked_of(self, kinds: int, *, by: Coroutine[Any, Any, None]) -> None:
        """Lets so many lists be asked for, then ends who asks."""
        self._most = kinds
        with pytest.raises(_EnoughError):
            async with asyncio.timeout(10):
                await by

    async def list_metadata(self, kind: Kind, *, namespace: str | None, selector: str) -> AsyncIterator[Object]:
        if len(self.asked) == self._most:
            raise _EnoughError
        self.asked.append(kind)
        if kind is self.refused:
            raise ApiUnreachableError("the apiserver is away")
        for item in self.objects.get(kind, []):
            yield {"metadata": item["metadata"]}

    async def list_all(self, kind: Kind, *, namespace: str | None, selector: str) -> AsyncIterator[Object]:
        self.in_full.append(kind)
        found = list(self.objects.get(kind, []))
        self.meanwhile()
        for item in found:
            yield item


class Scene:
    def __init__(self) -> None:
        self.clock = Clock()
        self.lists = Lists()
        self.queue = WorkQueue[Key]()
        self.intake = Intake(Cache(), self.queue, Metrics(), debounce=0)
        self.resync = Resync(
            self.lists,  # pyright: ignore[reportArgumentType]
            self.intake,
            namespaces=[],
            clock=self.clock,
            grace=20,
        )

    async def queued(self) -> set[Key]:
        found: set[Key] = set()
        while len(self.queue):
            key, _ = await self.queue.get()
            found.add(key)
            self.queue.done(key)
        return found

    async def look_at_all(self) -> None:
        for kind in WATCHED:
            await self.resync.look_at(kind)

    def watch(self, kind: Kind, manifest: Object, event_type: str | None = "MODIFIED") -> None:
        self.intake.watched(kind, {"type": event_type, "object": manifest})


@pytest.fixture
async def scene() -> Scene:
    return Scene()


async def test_the_first_one_fills_the_cache_and_queues_everything(scene: Scene) -> None:
    scene.lists.objects = {BOT: [make(BOT, "hal", 1)], SIDECAR: [make(SIDECAR, "logs", 2)]}
    await scene.resync.until_first()
    assert await scene.queued() == {HAL, SidecarKey("ops", "logs")}


async def test_what_the_watch_told_already_is_not_looked_at_again(scene: Scene) -> None:
    scene.watch(BOT, make(BOT, "hal", 1))
    await scene.queued()
    scene.lists.objects = {BOT: [make(BOT, "hal", 1)]}
    await scene.look_at_all()
    assert await scene.queued() == set()
    assert scene.lists.in_full == []


async def test_a_ghost_goes_and_its_bot_is_looked_at(scene: Scene) -> None:
    scene.watch(CONFIG_MAP, config_map(1))
    await scene.queued()
    await scene.look_at_all()
    assert await scene.queued() == {HAL}
    assert scene.intake.cache.get(ref(CONFIG_MAP, "hal-mcp")) is None


async def test_what_was_deleted_while_it_listed_is_not_raised_from_the_dead(scene: Scene) -> None:
    scene.watch(CONFIG_MAP, config_map(1))
    scene.lists.objects = {CONFIG_MAP: [config_map(1), make(CONFIG_MAP, "new", 1)]}
    scene.lists.meanwhile = lambda: scene.watch(CONFIG_MAP, config_map(2), "DELETED")
    await scene.look_at_all()
    assert scene.lists.in_full == [CONFIG_MAP]
    assert scene.intake.cache.get(ref(CONFIG_MAP, "hal-mcp")) is None


async def test_a_watch_that_never_tells_what_a_list_showed_is_found_deaf(scene: Scene) -> None:
    scene.watch(CONFIG_MAP, config_map(1))
    scene.lists.objects = {CONFIG_MAP: [config_map(5)]}
    await scene.look_at_all()
    assert scene.resync.deaf == []  # it may only be late
    scene.clock.now += 21
    assert scene.resync.deaf == [CONFIG_MAP]


async def test_a_watch_that_was_only_late_is_not_deaf(scene: Scene) -> None:
    scene.lists.objects = {CONFIG_MAP: [config_map(5)]}
    await scene.look_at_all()
    scene.watch(CONFIG_MAP, config_map(5))
    scene.clock.now += 21
    assert scene.resync.deaf == []


async def test_a_watch_need_not_tell_of_what_is_gone_by_now(scene: Scene) -> None:
    scene.lists.objects = {CONFIG_MAP: [config_map(5)]}
    await scene.look_at_all()
    scene.lists.objects = {}
    await scene.look_at_all()
    scene.clock.now += 21
    assert scene.resync.deaf == []


async def test_a_watch_that_stays_silent_is_found_deaf_however_often_it_is_looked_at(scene: Scene) -> None:
    scene.lists.objects = {CONFIG_MAP: [config_map(5)]}
    await scene.look_at_all()
    scene.clock.now += 21
    await scene.look_at_all()
    assert scene.resync.deaf == [CONFIG_MAP]


async def test_who_takes_over_looks_at_everything_even_if_nothing_is_new(scene: Scene) -> None:
    scene.watch(BOT, make(BOT, "hal", 1))
    await scene.queued()
    scene.lists.objects = {BOT: [make(BOT, "hal", 1)]}
    await scene.resync.take_over()
    assert await scene.queued() == {HAL}


async def test_all_kinds_have_their_turn_and_one_that_cannot_be_listed_does_not_keep_the_others_from_it(
    scene: Scene,
) -> None:
    scene.lists.refused = CONFIG_MAP
    await scene.lists.asked_of(2 * len(WATCHED), by=scene.resync.run_for_ever(0.001))
    assert scene.lists.asked == [*WATCHED, *WATCHED]


async def test_an_operator_of_some_namespaces_does_not_ask_for_cluster_wide_bindings(scene: Scene) -> None:
    here = Resync(scene.lists, scene.intake, namespaces=["ops"], clock=scene.clock)  # pyright: ignore[reportArgumentType]
    await scene.lists.asked_of(len(WATCHED), by=here.run_for_ever(0.001))
    assert set(WATCHED) - set(scene.lists.asked) == {CLUSTER_ROLE_BINDING}
