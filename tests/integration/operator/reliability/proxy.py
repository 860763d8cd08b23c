"""Between the operator and the apiserver: a proxy that sees every request, and can spoil it.

It speaks plain HTTP to the operator and TLS to the apiserver. It runs in a thread with an event loop of its own.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.cluster import ControlPlane, kubeconfig
from tests.cluster.kubeconfig import Credentials
from tests.cluster.ports import free

_HOP_BY_HOP = {"connection", "host", "keep-alive", "transfer-encoding", "content-length"}


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    watch: bool
    number: int  # of the writes so far, this one with them
    order: int  # among all requests

    @property
    def write(self) -> bool:
        return self.method != "GET"

    def __str__(self) -> str:
        return f"{'WATCH' if self.watch else self.method} {self.path}"


@dataclass(frozen=True)
class Refused:
    """Answered by the proxy itself, as an overloaded apiserver would."""

    status: int
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Lost:
    """The connection ends without an answer, and `meanwhile` is done; `forwarded`: the apiserver did what was asked."""

    forwarded: bool = False
    meanwhile: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Held:
    """Passed on only when another rule is set, as if an admission webhook hung until then."""


Rule = Callable[[Request], Refused | Lost | Held | None]


def let_through(_: Request) -> None:
    return None


class Proxy:
    """Runs until the end of the block. Set `rule` to say what becomes of the requests from now on."""

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self._port = free(1, "127.0.0.1")[0]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._streams: set[asyncio.Task[None]] = set()
        self._stalled: set[asyncio.Task[None]] = set()
        self._rule: Rule = let_through
        self._replaced = asyncio.Event()  # set when another rule has come
        self.writes = 0
        self._last_write = math.inf  # it has not come yet
        self.seen: list[Request] = []
        self.answers: Counter[int] = Counter()
        self.expired_watches = 0  # watches that the apiserver told to begin anew: 410

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def kubeconfig(self, folder: Path, token: str) -> Path:
        """How a client reaches the apiserver through the proxy."""
        return kubeconfig.write(
            folder / "kubeconfig-of-proxy",
            server=f"http://127.0.0.1:{self._port}",
            authority=self._plane.ca_file,
            credentials=Credentials(token=token),
        )

    @property
    def rule(self) -> Rule:
        return self._rule

    @rule.setter
    def rule(self, rule: Rule) -> None:
        replaced, self._rule, self._replaced = self._replaced, rule, asyncio.Event()
        self._loop.call_soon_threadsafe(replaced.set)

    @contextmanager
    def spoilt(self, rule: Rule) -> Iterator[None]:
        """Follows this rule for a while."""
        self.rule = rule
        try:
            yield
        finally:
            self.rule = let_through

    def stall_watches(self) -> None:
        """The watches that are open stay open, and deliver nothing any more."""
        self._loop.call_soon_threadsafe(lambda: self._stalled.update(self._streams))

    def cut_watches(self) -> None:
        """The watches that are open end in the middle."""

        async def cut() -> None:
            for stream in self._streams:
                stream.cancel()

        self._do(cut())

    @property
    def seconds_since_write(self) -> float:
        return time.monotonic() - self._last_write

    @property
    def open_watches(self) -> int:
        return len(self._streams)

    async def _start(self) -> None:
        self._connector = aiohttp.TCPConnector(ssl=self._plane.api.ssl_context, limit=0)
        self._client = aiohttp.ClientSession(
            self._plane.url,
            connector=self._connector,
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
        )
        self._runner = web.ServerRunner(web.Server(self._handle), shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()

    async def _stop(self) -> None:
        for stream in self._streams:
            stream.cancel()
        await self._runner.cleanup()
        await self._connector.close(abort_ssl=True)
        await self._client.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=5)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def _handle(self, incoming: web.BaseRequest) -> web.StreamResponse:
        if incoming.method != "GET":
            self.writes += 1
            self._last_write = time.monotonic()
        watch = incoming.query.get("watch", "false").lower() in ("1", "true")
        request = Request(incoming.method, incoming.path, watch, self.writes, len(self.seen))
        self.seen.append(request)
        spoilt = await self._spoilt(request)
        if isinstance(spoilt, Refused):
            self.answers[spoilt.status] += 1
            return web.json_response(
                {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": spoilt.status, "reason": "Spoilt"},
                status=spoilt.status,
                headers=spoilt.headers,
            )
        if spoilt and not spoilt.forwarded:
            return _lose(incoming, spoilt)
        headers = {name: value for name, value in incoming.headers.items() if name.lower() not in _HOP_BY_HOP}
        try:
            async with self._client.request(
                incoming.method, incoming.raw_path, data=await incoming.read() or None, headers=headers
            ) as answer:
                self.answers[answer.status] += 1
                if watch and answer.status == 200:
                    return await self._stream(incoming, answer)
                body = await answer.read()
        except aiohttp.ClientError:
            return _lose(incoming, Lost())
        if spoilt:
            return _lose(incoming, spoilt)
        return web.Response(body=body, status=answer.status, headers=_end_to_end(answer))

    async def _spoilt(self, request: Request) -> Refused | Lost | None:
        replaced = self._replaced
        while isinstance(spoilt := self._rule(request), Held):
            await replaced.wait()
            replaced = self._replaced
        return spoilt

    async def _stream(self, incoming: web.BaseRequest, answer: aiohttp.ClientResponse) -> web.StreamResponse:
        outgoing = web.StreamResponse(status=answer.status, headers=_end_to_end(answer))
        await outgoing.prepare(incoming)
        assert answer.connection is not None
        upstream = answer.connection.transport
        assert upstream is not None
        stream = asyncio.ensure_future(self._deliver(answer, outgoing))
        self._streams.add(stream)
        try:
            await asyncio.wait((stream,))
        finally:
            stream.cancel()
            upstream.abort()  # or TLS would wait for its goodbye
            self._streams.discard(stream)
            self._stalled.discard(stream)
        if stream.cancelled() or stream.exception():
            _lose(incoming, Lost())
        return outgoing

    async def _deliver(self, answer: aiohttp.ClientResponse, outgoing: web.StreamResponse) -> None:
        this = asyncio.current_task()
        async for chunk in answer.content.iter_any():
            self.expired_watches += chunk.count(b'"code":410')
            if this not in self._stalled:
                await outgoing.write(chunk)


def _end_to_end(answer: aiohttp.ClientResponse) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP}


def _lose(incoming: web.BaseRequest, how: Lost) -> web.StreamResponse:
    how.meanwhile()
    if incoming.transport is not None:
        incoming.transport.abort()
    return web.Response()
