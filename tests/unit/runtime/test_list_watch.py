"""Following children and pods: nothing is missed, whatever becomes of the connection."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import kopf
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ritsuko_operator.reconcile.kinds import CONFIG_MAP, Kind
from ritsuko_operator.runtime.api import Api
from ritsuko_operator.runtime.cache import Cache
from ritsuko_operator.runtime.intake import Intake
from ritsuko_operator.runtime.list_watch import ListWatch
from ritsuko_operator.runtime.metrics import Metrics
from ritsuko_operator.runtime.queue import WorkQueue
from ritsuko_operator.runtime.routing import Key
from ritsuko_operator.runtime.watch_event import WatchEvent
from tests.unit.runtime.fakes import config_map, ref

SELECTOR = "app.kubernetes.io/managed-by=ritsuko-operator"
CONFIG = ref(CONFIG_MAP, "hal-mcp")

Event = dict[str, Any]

SILENCE: Event = {}  # the connection stays open, and nothing comes


def event(sort: str, version: int) -> Event:
    return {"type": sort, "object": config_map(version)}


BOOKMARK: Event = {"type": "BOOKMARK", "object": {"kind": "ConfigMap", "metadata": {"resourceVersion": "70"}}}
TOO_OLD: Event = {"type": "ERROR", "object": {"kind": "Status", "code": 410, "reason": "Expired", "metadata": {}}}


@dataclass
class Apiserver:
    """Is at resource version 10, and serves one script for each watch that is opened; the last one stays open."""

    scripts: list[list[Event | bytes | int]]
    watched_from: list[str] = field(default_factory=list[str])
    caught_up: int = 0
    selectors: set[str] = field(default_factory=set[str])

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.selectors.add(request.query["labelSelector"])
        if request.query.get("watch") != "true":
            return web.json_response({"items": None, "metadata": {"resourceVersion": "10"}})
        self.watched_from.append(request.query["resourceVersion"])
        script = self.scripts.pop(0)
        if isinstance(script[0], int):
            return web.json_response({"kind": "Status", "message": "no", "code": script[0]}, status=script[0])
        response = web.StreamResponse()
        await response.prepare(request)
        for entry in script:
            if entry is SILENCE:
                await asyncio.Event().wait()
            await response.write(entry if isinstance(entry, bytes) else json.dumps(entry).encode() + b"\n")
        if not self.scripts:
            await asyncio.Event().wait()
        return response

    async def catch_up(self, kind: Kind) -> None:
        assert kind is CONFIG_MAP
        self.caught_up += 1


@dataclass
class Scene:
    apiserver: Apiserver
    intake: Intake

    @property
    def version(self) -> int:
        return self.intake.newest.get(CONFIG_MAP, 0)


@asynccontextmanager
async def following(
    *scripts: list[Event | bytes | int], silent: float = 30.0, known: Event | None = None
) -> AsyncIterator[Scene]:
    apiserver = Apiserver(list(scripts))
    intake = Intake(Cache(), WorkQueue[Key](), Metrics(), debounce=0)
    if known is not None:
        intake.wrote(CONFIG, known)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", apiserver.answer)
    async with (
        TestServer(app) as server,
        Api(lambda: kopf.ConnectionInfo(server=str(server.make_url("")).rstrip("/")), Metrics()) as api,
    ):
        watch = ListWatch(api, intake, CONFIG_MAP, None, SELECTOR, catch_up=apiserver.catch_up, silent=silent)
        task = asyncio.create_task(watch.run())
        try:
            yield Scene(apiserver, intake)
            assert not task.done(), "it follows for ever"
        finally:
            task.cancel()
            await asyncio.wait({task})


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_what_happens_after_the_list_is_taken_in() -> None:
    async with following([event("ADDED", 11), event("MODIFIED", 12)]) as scene:
        await until(lambda: scene.version == 12)
    assert scene.apiserver.watched_from == ["10"]
    assert scene.apiserver.caught_up == 1
    assert scene.apiserver.selectors == {SELECTOR}
    assert scene.intake.cache.get(CONFIG) is not None


async def test_what_a_write_of_ours_told_already_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    whole = WatchEvent.whole

    def counted(event: WatchEvent) -> dict[str, Any]:
        read.append(event.version)
        return whole(event)

    monkeypatch.setattr(WatchEvent, "whole", counted)
    async with following([event("MODIFIED", 11), event("MODIFIED", 12)], known=config_map(11)) as scene:
        await until(lambda: scene.version == 12)
    assert read == [12]


async def test_what_is_deleted_goes() -> None:
    async with following([event("ADDED", 11), event("DELETED", 12)]) as scene:
        await until(lambda: scene.version == 12)
    assert scene.intake.cache.get(CONFIG) is None


async def test_an_event_may_come_in_pieces_and_with_others_in_one_piece() -> None:
    first, second = (json.dumps(event("MODIFIED", version)).encode() for version in (11, 12))
    async with following([first[:7], first[7:] + b"\n" + second + b"\n"]) as scene:
        await until(lambda: scene.version == 12)


@pytest.mark.parametrize(
    "broken",
    [
        [event("ADDED", 11)],
        [event("ADDED", 11), b'{"type": "MODIF'],
        [event("ADDED", 11), b"no JSON\n"],
        [event("ADDED", 11), b'{"type": "ADDED"}\n'],
        [event("ADDED", 11), {"type": "ERROR", "object": {"kind": "Status", "code": 500, "message": "etcd is away"}}],
    ],
)
async def test_after_a_break_it_goes_on_where_it_was(broken: list[Event | bytes | int]) -> None:
    async with following(broken, [event("MODIFIED", 12)]) as scene:
        await until(lambda: scene.version == 12)
    assert scene.apiserver.watched_from == ["10", "11"]
    assert scene.apiserver.caught_up == 1


async def test_a_bookmark_moves_the_place_to_go_on_from() -> None:
    async with following([BOOKMARK], [event("MODIFIED", 71)]) as scene:
        await until(lambda: scene.version == 71)
    assert scene.apiserver.watched_from == ["10", "70"]


@pytest.mark.parametrize("too_old", [[TOO_OLD], [410]])
async def test_where_the_apiserver_has_forgotten_the_version_all_is_listed_again(
    too_old: list[Event | bytes | int],
) -> None:
    async with following([event("ADDED", 11)], too_old, [event("MODIFIED", 12)]) as scene:
        await until(lambda: scene.version == 12)
    assert scene.apiserver.watched_from == ["10", "11", "10"]
    assert scene.apiserver.caught_up == 2


async def test_a_watch_that_is_refused_is_tried_again() -> None:
    async with following([403], [503], [event("ADDED", 11)]) as scene:
        await until(lambda: scene.version == 11)


async def test_a_connection_that_went_silent_is_given_up() -> None:
    async with following([event("ADDED", 11), SILENCE], [event("MODIFIED", 12)], silent=0.2) as scene:
        await until(lambda: scene.version == 12)
    assert scene.apiserver.watched_from == ["10", "11"]


async def test_an_event_longer_than_any_object_ends_the_connection_and_not_the_operator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ritsuko_operator.runtime.api._LONGEST_EVENT", 1000)
    async with following([b"x" * 5000], [event("ADDED", 11)]) as scene:
        await until(lambda: scene.version == 11)
