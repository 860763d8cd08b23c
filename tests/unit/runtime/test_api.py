"""The client does as the apiserver asks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import kopf
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ritsuko_operator.reconcile.errors import ApiError, ApiUnreachableError
from ritsuko_operator.reconcile.kinds import CONFIG_MAP
from ritsuko_operator.runtime.api import Api
from ritsuko_operator.runtime.metrics import Metrics
from tests.unit.runtime.fakes import ref

CONFIG = ref(CONFIG_MAP, "hal-mcp")


class Busy:
    """An apiserver that gives these answers, one after the other, and the last one for ever."""

    def __init__(self, *answers: tuple[int, str | None]) -> None:
        self.answers = list(answers)
        self.asked: list[float] = []

    async def answer(self, _: web.Request) -> web.Response:
        self.asked.append(time.monotonic())
        status, after = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return web.json_response(
            {"kind": "Status", "message": "busy"}, status=status, headers={"Retry-After": after} if after else {}
        )


@asynccontextmanager
async def client(busy: Busy, *, patience: float = 30.0) -> AsyncIterator[Api]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", busy.answer)
    async with (
        TestServer(app) as server,
        Api(
            lambda: kopf.ConnectionInfo(server=str(server.make_url("")).rstrip("/")), Metrics(), timeout=patience
        ) as api,
    ):
        yield api


async def test_it_waits_as_long_as_the_apiserver_asks_and_tries_again() -> None:
    busy = Busy((429, "1"), (200, None))
    async with client(busy) as api:
        await api.apply(CONFIG, {"metadata": {"name": "hal-mcp"}})
    assert busy.asked[1] - busy.asked[0] >= 1


async def test_it_does_not_try_for_ever() -> None:
    busy = Busy((503, "0"))
    async with client(busy) as api:
        with pytest.raises(ApiError, match="busy"):
            await api.apply(CONFIG, {"metadata": {"name": "hal-mcp"}})
    assert len(busy.asked) == 4


@pytest.mark.parametrize("answer", [(429, None), (500, "1"), (409, "1")])
async def test_where_nothing_says_when_to_come_back_the_queue_decides(answer: tuple[int, str | None]) -> None:
    busy = Busy(answer)
    async with client(busy) as api:
        with pytest.raises(ApiError):
            await api.apply(CONFIG, {"metadata": {"name": "hal-mcp"}})
    assert len(busy.asked) == 1


async def test_when_no_answer_comes_it_says_how_long_it_waited() -> None:
    class Hanging(Busy):
        async def answer(self, _: web.Request) -> web.Response:
            await asyncio.Event().wait()
            raise AssertionError("it waits for ever")

    async with client(Hanging(), patience=0.1) as api:
        with pytest.raises(
            ApiUnreachableError, match=r"reading ConfigMap ops/hal-mcp: no response \(timed out after 0.1 s\)"
        ):
            await api.get(CONFIG)


async def test_a_token_that_was_replaced_is_read_again_and_the_request_repeated_once() -> None:
    tokens, seen = ["old", "new"], list[str]()

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"])
        accepted = seen[-1] == "Bearer new"
        return web.json_response({"kind": "Status", "message": "Unauthorized"}, status=200 if accepted else 401)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with TestServer(app) as server:
        url = str(server.make_url("")).rstrip("/")

        def connect() -> kopf.ConnectionInfo:
            return kopf.ConnectionInfo(server=url, token=tokens.pop(0) if len(tokens) > 1 else tokens[0])

        async with Api(connect, Metrics()) as api:
            await api.apply(CONFIG, {"metadata": {"name": "hal-mcp"}})
        assert seen == ["Bearer old", "Bearer new"]
        tokens[:], seen[:] = ["gone"], []
        async with Api(connect, Metrics()) as api:
            with pytest.raises(ApiError):
                await api.apply(CONFIG, {"metadata": {"name": "hal-mcp"}})
        assert seen == ["Bearer gone"]
