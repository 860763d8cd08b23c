"""A Zulip server for tests and demos: its own thread, its own world, real HTTP."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import uvicorn
import zulip

from tests.zulip import control
from tests.zulip.app import App
from tests.zulip.connections import CuttableProtocol
from tests.zulip.faults import Fault, Outage
from tests.zulip.sending import Draft, send
from tests.zulip.server import Server
from tests.zulip.world import Message, User, World

T = TypeVar("T")
Who = int | str
"""A user by id, address or short name ("hamlet", "ritsuko")."""
TICK = 0.1


class ZulipEmulator:
    """Starts on entering `with` (or `async with`), ends on leaving it.

    `hosts` are the addresses to listen on, all with the same port; port 0 takes a free one. `requests_per_minute` is
    each user's limit, None for no limit. Methods may be called from any thread.
    """

    def __init__(
        self, hosts: Sequence[str] = ("127.0.0.1",), port: int = 0, *, requests_per_minute: int | None = 200
    ) -> None:
        self._hosts = tuple(hosts)
        self._wanted_port = port
        self.server = Server.fresh(requests_per_minute=requests_per_minute)
        self.server.on_message.append(self._announce)
        self._news = threading.Condition()
        self._sockets: list[socket.socket] = []
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self._uvicorn: uvicorn.Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> Self:
        self._sockets = _listen(self._hosts, self._wanted_port)
        self._thread = threading.Thread(target=self._run, name="zulip-emulator", daemon=True)
        self._thread.start()
        if not self._ready.wait(10):
            raise TimeoutError("the Zulip emulator did not start")
        return self

    def stop(self) -> None:
        """End open polls and the server. Safe to call twice."""
        if self._thread is None or self._uvicorn is None:
            return
        self._uvicorn.should_exit = True
        self._thread.join(10)
        if self._thread.is_alive():
            raise TimeoutError("the Zulip emulator did not stop")
        self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)

    def _run(self) -> None:
        config = uvicorn.Config(
            App(self.server),
            http=CuttableProtocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=2,
        )
        self._uvicorn = uvicorn.Server(config)
        asyncio.run(self._serve(self._uvicorn))

    async def _serve(self, server: uvicorn.Server) -> None:
        self._loop = asyncio.get_running_loop()
        serving = asyncio.create_task(server.serve(sockets=self._sockets))
        while not serving.done():
            if server.started:
                self._ready.set()
            if server.should_exit:
                self.server.queues.close()
            self.server.queues.tick()
            await asyncio.wait([serving], timeout=TICK)
        await serving

    @property
    def port(self) -> int:
        return self._sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        """Where a client on the first of the addresses finds the server; `url_at` for the others."""
        return self.url_at(self._hosts[0])

    def url_at(self, host: str) -> str:
        return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{self.port}"

    def call(self, action: Callable[[], T]) -> T:
        """Run `action` on the server's loop, where its state lives."""
        assert self._loop is not None, "the emulator is not running"

        async def run() -> T:
            return action()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    @property
    def world(self) -> World:
        """The state itself. Change it only inside `call`."""
        return self.server.world

    def user(self, who: Who) -> User:
        return self.world.find_user(who)

    def api_key(self, who: Who) -> str:
        return self.user(who).api_key

    def client(self, who: Who, **options: Any) -> zulip.Client:
        """The `zulip` package's client, signed in as this user."""
        user = self.user(who)
        return zulip.Client(email=user.email, api_key=user.api_key, site=self.url, **options)

    def send(
        self,
        who: Who,
        content: str,
        *,
        to: str | None = None,
        topic: str = "chat",
        dm: Who | Sequence[Who] | None = None,
    ) -> int:
        """Write as this user, to a channel's topic or in direct messages; the id of what was written.

        No permission is checked and nothing is cut: it is what the others in a test have already said.
        """
        if (to is None) == (dm is None):
            raise ValueError("give a channel or people")
        people = [dm] if isinstance(dm, (int, str)) else list(dm or [])

        def act() -> int:
            channel = self.world.channel_by_name(to) if to is not None else None
            if to is not None and channel is None:
                raise KeyError(f"no channel {to}")
            draft = Draft(
                self.user(who),
                content,
                client="emulator",
                channel=channel,
                topic=topic if channel is not None else "",
                people=tuple(self.user(person).id for person in people),
            )
            return send(self.server, draft).id

        return self.call(act)

    def messages(
        self, *, channel: str | None = None, topic: str | None = None, sender: Who | None = None, dm: Who | None = None
    ) -> list[Message]:
        """What has been said, oldest first; `dm` picks direct messages this user is part of."""
        chosen = self.world.channel_by_name(channel) if channel is not None else None
        if channel is not None and chosen is None:
            raise KeyError(f"no channel {channel}")
        author = self.user(sender).id if sender is not None else None
        person = self.user(dm).id if dm is not None else None
        return [
            m
            for m in self.call(lambda: list(self.world.messages.values()))
            if (chosen is None or m.channel_id == chosen.id)
            and (topic is None or m.topic == topic)
            and (author is None or m.sender_id == author)
            and (person is None or person in m.people)
        ]

    def wait_for_message(self, predicate: Callable[[Message], bool], deadline: float = 10.0) -> Message:
        """The first message, past or to come, that fits. TimeoutError after `deadline` seconds."""
        until = time.monotonic() + deadline
        with self._news:
            while True:
                found = next((m for m in list(self.world.messages.values()) if predicate(m)), None)
                if found is not None:
                    return found
                left = until - time.monotonic()
                if left <= 0:
                    said = "; ".join(f"{m.sender_id}: {m.content[:80]!r}" for m in self.messages()[-5:])
                    raise TimeoutError(f"no such message within {deadline} s; last said: {said or 'nothing'}")
                self._news.wait(min(left, 0.25))  # an edit can make an old message fit

    async def message(self, predicate: Callable[[Message], bool], deadline: float = 10.0) -> Message:
        """`wait_for_message` for async tests."""
        return await asyncio.to_thread(self.wait_for_message, predicate, deadline)

    def _announce(self, _: Message) -> None:
        with self._news:
            self._news.notify_all()

    def add_fault(self, kind: str, **rule: Any) -> Fault:
        """Order a fault; see faults.Fault for what a rule may say. The Fault counts how often it struck."""
        return self.call(lambda: self.server.faults.add(Fault(kind, **rule)))  # type: ignore[arg-type]

    def clear_faults(self) -> None:
        self.call(self.server.faults.clear)

    def set_outages(self, *parts: Outage) -> None:
        """Which parts of the server are down from now on; none, to bring all back."""
        self.call(lambda: setattr(self.server.faults, "outages", set(parts)))

    def expire_queues(self, who: Who | None = None) -> None:
        user = None if who is None else self.user(who).id
        self.call(lambda: self.server.queues.expire(user))

    def event_server(self, action: Literal["stop", "kill", "start", "restart", "crash"]) -> None:
        self.call(lambda: control.event_server(self.server, action))

    def advance(self, seconds: float) -> None:
        """Move the server's clock: heartbeats, expiry, edit limits and rate limits follow at once."""
        self.call(lambda: control.advance(self.server, seconds))

    def set_limit(self, per_minute: int | None, *, per_address: int | None = None) -> None:
        def act() -> None:
            self.server.limits.per_user, self.server.limits.per_address = per_minute, per_address
            self.server.limits.forget()

        self.call(act)

    def credentials(self, who: Who = "ritsuko", *, host: str | None = None) -> dict[str, str]:
        """The keys of a bot's Secret: ZULIP_EMAIL, ZULIP_API_KEY, ZULIP_SITE."""
        user = self.user(who)
        site = self.url if host is None else self.url_at(host)
        return {"ZULIP_EMAIL": user.email, "ZULIP_API_KEY": user.api_key, "ZULIP_SITE": site}

    def write_zuliprc(self, path: Path, who: Who = "ritsuko") -> Path:
        user = self.user(who)
        path.write_text(f"[api]\nemail={user.email}\nkey={user.api_key}\nsite={self.url}\n")
        return path


def _listen(hosts: Sequence[str], port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    for host in hosts:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # Named, because asyncio switches Nagle's delay off only where the protocol is known to be TCP.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError:
            for opened in [*sockets, listener]:
                opened.close()
            raise
        port = listener.getsockname()[1]
        sockets.append(listener)
    return sockets
