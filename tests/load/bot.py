"""The bot as a process of its own: from a message in Zulip to its reply there, beside direct calls of the same tool."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import httpx2

from tests.cluster import ControlPlane
from tests.cluster.ports import free
from tests.integration.bot.bots import crowd, eventually
from tests.integration.bot_mcp.processes import TOOLBOX, python_server
from tests.load.backends import PODS
from tests.load.figures import Figure
from tests.load.program import cpu_seconds, rss_mib, running
from tests.load.samples import latencies, percentile, ratio, timed
from tests.load.servers import get_pods
from tests.load.serving import TOKEN, client, server
from tests.zulip import Message, ZulipEmulator

COMMANDS = 100
_WARM_UP = 10
_GET_PODS = "mcp kubernetes get pods"
_ECHO = "mcp toolbox echo hello"
_CROWD = 2000
_RELOADS = 20
_LAST_POD = f"web-{PODS - 1:02}"


async def measure(plane: ControlPlane, folder: Path) -> list[Figure]:
    """One person, one command after the other; the emulator, the bot and the servers share the machine's cores."""
    toolbox = free(1, "127.0.0.1")[0]
    with (
        ZulipEmulator(requests_per_minute=None) as zulip,
        server("kubernetes", folder, KUBECONFIG=str(plane.kubeconfig)) as kubernetes,
    ):
        config = _config(folder, kubernetes=kubernetes.url, toolbox=f"http://127.0.0.1:{toolbox}")
        port = free(1, "127.0.0.1")[0]
        settings = {**zulip.credentials(), "RITSUKO_CONFIG": str(config), "RITSUKO_HTTP_PORT": str(port)}
        async with python_server(TOOLBOX, toolbox), client(kubernetes.url) as direct:
            ready = f"http://127.0.0.1:{port}/readyz"
            with running("-m", "ritsuko_bot", environment=settings, log=folder / "bot.log", ready=ready) as bot:
                to_ready = cpu_seconds(bot.pid)
                replies: list[float] = []
                calls: list[float] = []
                echoes: list[float] = []
                for number in range(_WARM_UP + COMMANDS):
                    reply = await _ask(zulip, _GET_PODS, _LAST_POD)
                    call = await timed(lambda: get_pods(direct))
                    echo = await _ask(zulip, _ECHO, "hello")
                    if number >= _WARM_UP:
                        replies.append(reply)
                        calls.append(call)
                        echoes.append(echo)
                memory = rss_mib(bot.pid)
                together = await _together(zulip)
                reloads = await _reloads(zulip, config, f"http://127.0.0.1:{port}/status")
                memory_after_crowd = rss_mib(bot.pid)
    return [
        *latencies(f"`{_GET_PODS}`, message to reply", replies, p95=1000),
        *latencies("the same tool, called directly", calls),
        ratio(
            f"`{_GET_PODS}`, message to reply", replies, "the same tool called directly by an open SDK client", calls
        ),
        *latencies(f"`{_ECHO}`, a trivial tool, message to reply", echoes, p50=25),
        Figure(f"`{_ECHO}`: p99 of {len(echoes)}", percentile(echoes, 99) * 1000, "ms", 150),
        Figure(
            f"{_CROWD} commands of 50 people at once, per command (60/s is 16.7 ms)", together * 1000, "ms", 1000 / 60
        ),
        Figure(
            f"mcp.json replaced to new tools usable, calls in flight: p95 of {_RELOADS}",
            percentile(reloads, 95) * 1000,
            "ms",
            300,
        ),
        Figure(f"memory after {_CROWD} commands more", memory_after_crowd, "MiB", 120),
        Figure(f"memory after {2 * (_WARM_UP + COMMANDS)} commands", memory, "MiB", 120),
        Figure("CPU from start to ready", to_ready, "s", 3),
    ]


async def _ask(zulip: ZulipEmulator, line: str, expected: str) -> float:
    """The seconds from the message to the reply that has the expected text.

    A reply that comes as an edit of "Running ..." is seen up to 0.25 s late; only slow ones come so.
    """
    bot = zulip.user("ritsuko").id
    began = time.perf_counter()
    asked = zulip.send("hamlet", f"@**Ritsuko** {line}", to="ops", topic="bench")
    await zulip.message(
        lambda message: message.id > asked and message.sender_id == bot and expected in message.content, 30
    )
    return time.perf_counter() - began


async def _together(zulip: ZulipEmulator) -> float:
    """Seconds per command while fifty people ask as fast as they are answered. Ends when nothing is missing."""
    people, replies = crowd(zulip), _Replies(zulip)
    began = time.perf_counter()
    for number in range(_CROWD):
        zulip.send(
            people[number % len(people)], f"@**Ritsuko** {_ECHO}", to="ops", topic=f"crowd {number % len(people)}"
        )
        await eventually(lambda number=number: number - replies.count < len(people))
    await eventually(lambda: replies.count == _CROWD, within=60)
    return (time.perf_counter() - began) / _CROWD


async def _reloads(zulip: ZulipEmulator, config: Path, status: str) -> list[float]:
    """Seconds from each new file to the moment when the server that it adds is ready, while commands are answered."""
    before = json.loads(await asyncio.to_thread(config.read_text))
    replies, asked, seconds = _Replies(zulip), 0, list[float]()
    async with httpx2.AsyncClient(trust_env=False) as http:
        for number in range(_RELOADS):
            for _ in range(4):
                zulip.send("hamlet", f"@**Ritsuko** {_ECHO}", to="ops", topic=f"reload {number}")
                asked += 1
            servers = {**before["mcpServers"], f"added-{number}": before["mcpServers"]["toolbox"]}
            new = config.with_suffix(".new")
            new.write_text(json.dumps({"revision": f"r{number}", "mcpServers": servers}))
            began = time.perf_counter()
            new.replace(config)
            while not _is_ready((await http.get(status)).json(), f"added-{number}"):
                if time.perf_counter() - began > 10:
                    raise TimeoutError(f"the server added-{number} is not ready within 10 s")
            seconds.append(time.perf_counter() - began)
    await eventually(lambda: replies.count == asked)
    return seconds


def _is_ready(status: dict[str, Any], server: str) -> bool:
    return any(one["name"] == server and one["state"] == "Ready" for one in status["servers"])


class _Replies:
    """Counts what the bot says from now on; a message that says that a command runs becomes its answer."""

    def __init__(self, zulip: ZulipEmulator) -> None:
        self.count = 0
        self._bot = zulip.user("ritsuko").id
        zulip.server.on_message.append(self._hear)

    def _hear(self, message: Message) -> None:
        self.count += message.sender_id == self._bot


def _config(folder: Path, *, kubernetes: str, toolbox: str) -> Path:
    token = folder / "token"
    token.write_text(TOKEN)
    servers = {
        "kubernetes": {"url": f"{kubernetes}/mcp", "tokenFile": str(token)},
        "toolbox": {"url": f"{toolbox}/mcp"},
    }
    config = folder / "mcp.json"
    config.write_text(json.dumps({"revision": "bench", "mcpServers": servers}))
    return config
