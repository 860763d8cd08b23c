"""The bot as a process of its own: from a message in Zulip to its reply there, beside direct calls of the same tool."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2

from tests.cluster import ControlPlane
from tests.cluster.ports import free
from tests.integration.bot.bots import crowd, eventually
from tests.integration.bot_mcp.processes import TOOLBOX, Process, python_server
from tests.load import overhead
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
_CROWDS = {50: 2000, 200: 8000}
"""How many people, and how many commands they give together."""
_RELOADS = 20
_LAST_POD = f"web-{PODS - 1:02}"
_BLOCKS, _BLOCK, _HANGING = 5, 40, 8
_LIMIT, _ABOVE_THE_LIMIT = 200, 250


async def measure(plane: ControlPlane, folder: Path) -> list[Figure]:
    """The emulator, the bot and the servers share the machine's cores."""
    ports = free(3, "127.0.0.1")
    with (
        ZulipEmulator(requests_per_minute=None) as zulip,
        server("kubernetes", folder, KUBECONFIG=str(plane.kubeconfig)) as kubernetes,
    ):
        toolbox, stuck, port = (f"http://127.0.0.1:{port}" for port in ports)
        config = _config(folder, kubernetes=kubernetes.url, toolbox=toolbox, stuck=stuck)
        settings = {**zulip.credentials(), "RITSUKO_CONFIG": str(config), "RITSUKO_HTTP_PORT": str(ports[2])}
        async with python_server(TOOLBOX, ports[0]), python_server(TOOLBOX, ports[1]) as hanging:
            overheads = await overhead.measure(f"{toolbox}/mcp")
            with running(
                "-m", "ritsuko_bot", environment=settings, log=folder / "bot.log", ready=f"{port}/readyz"
            ) as bot:
                to_ready = cpu_seconds(bot.pid)
                figures = await _alone(zulip, kubernetes.url)
                memory = rss_mib(bot.pid)
                figures += await _beside_a_server_that_hangs(zulip, hanging)
                everybody = crowd(zulip, max(_CROWDS))
                for people, commands in _CROWDS.items():
                    figures += await _together(zulip, everybody[:people], commands)
                memory_after_crowds = rss_mib(bot.pid)
                reloads = await _reloads(zulip, config, f"{port}/status")
                figures += await _with_the_rate_limit(zulip, everybody[:50])
    asked = sum(_CROWDS.values())
    return [
        *figures,
        *overheads,
        Figure(
            f"mcp.json replaced to new tools usable, calls in flight: p95 of {_RELOADS}",
            percentile(reloads, 95) * 1000,
            "ms",
            300,
        ),
        Figure(f"memory after {2 * (_WARM_UP + COMMANDS)} commands", memory, "MiB", 120),
        Figure(f"memory after {asked} commands more", memory_after_crowds, "MiB", 120),
        Figure("CPU from start to ready", to_ready, "s", 3),
    ]


async def _alone(zulip: ZulipEmulator, kubernetes: str) -> list[Figure]:
    """One person, one command after the other."""
    replies: list[float] = []
    calls: list[float] = []
    echoes: list[float] = []
    async with client(kubernetes) as direct:
        for number in range(_WARM_UP + COMMANDS):
            reply = await _ask(zulip, _GET_PODS, _LAST_POD)
            call = await timed(lambda: get_pods(direct))
            echo = await _ask(zulip, _ECHO, "hello")
            if number >= _WARM_UP:
                replies.append(reply)
                calls.append(call)
                echoes.append(echo)
    return [
        *latencies(f"`{_GET_PODS}`, message to reply", replies, p95=1000),
        *latencies("the same tool, called directly", calls),
        ratio(
            f"`{_GET_PODS}`, message to reply", replies, "the same tool called directly by an open SDK client", calls
        ),
        *latencies(f"`{_ECHO}`, a trivial tool, message to reply", echoes, p50=25),
        Figure(f"`{_ECHO}`: p99 of {len(echoes)}", percentile(echoes, 99) * 1000, "ms", 150),
    ]


async def _beside_a_server_that_hangs(zulip: ZulipEmulator, hanging: Process) -> list[Figure]:
    """The same command while others wait for a server that says nothing, and while nobody does, in turns."""
    without: list[float] = []
    beside: list[float] = []
    for block in range(_BLOCKS):
        without += [await _ask(zulip, _ECHO, "hello") for _ in range(_BLOCK)]
        hanging.freeze()
        try:
            for number in range(_HANGING):
                who = ("cordelia", "iago")[number % 2]
                zulip.send(who, "@**Ritsuko** mcp stuck echo at last", to="ops", topic=f"stuck {block} {number}")
            beside += [await _ask(zulip, _ECHO, "hello") for _ in range(_BLOCK)]
        finally:
            hanging.thaw()
        last = f"stuck {block} {_HANGING - 1}"
        await zulip.message(lambda m, last=last: m.topic == last and m.content.startswith("```text\nat last"), 60)
    percent = percentile(beside, 99) / percentile(without, 99)
    name = f"`{_ECHO}` beside {_HANGING} calls of a server that hangs"
    return [
        Figure(f"{name}: p99 of {len(beside)}", percentile(beside, 99) * 1000, "ms"),
        Figure(f"{name}: p99 divided by p99 without them", percent, "times", 1.5),
        ratio(name, beside, "the same without them", without),
    ]


async def _with_the_rate_limit(zulip: ZulipEmulator, people: Sequence[int]) -> list[Figure]:
    """More commands than Zulip allows requests in a minute: all are answered, only later."""
    zulip.call(lambda: _limit(zulip, _LIMIT))
    began = time.perf_counter()
    try:
        missing = await _asked(zulip, people, _ABOVE_THE_LIMIT, within=240)
    finally:
        zulip.call(lambda: _limit(zulip, None))
    name = f"{_ABOVE_THE_LIMIT} commands with Zulip's limit of {_LIMIT} requests a minute"
    return [
        Figure(f"{name}: not answered", missing, "commands", 0),
        Figure(f"{name}: until all are answered", time.perf_counter() - began, "s"),
    ]


def _limit(zulip: ZulipEmulator, per_minute: int | None) -> None:
    zulip.server.limits.per_user = per_minute
    zulip.server.limits.forget()


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


async def _together(zulip: ZulipEmulator, people: Sequence[int], commands: int) -> list[Figure]:
    """All of them ask as fast as they are answered."""
    began = time.perf_counter()
    missing = await _asked(zulip, people, commands, within=60)
    each = (time.perf_counter() - began) / commands
    name = f"{commands} commands of {len(people)} people at once"
    return [
        Figure(f"{name}, per command (60/s is 16.7 ms)", each * 1000, "ms", 1000 / 60),
        Figure(f"{name}: not answered", missing, "commands", 0),
    ]


async def _asked(zulip: ZulipEmulator, people: Sequence[int], commands: int, *, within: float) -> int:
    """Lets people ask, each one command at a time; returns how many are not answered so many seconds after the last."""
    replies = _Replies(zulip)
    for number in range(commands):
        who = people[number % len(people)]
        zulip.send(who, f"@**Ritsuko** {_ECHO}", to="ops", topic=f"crowd {number % len(people)}")
        await eventually(lambda number=number: number - replies.count < len(people), within=within)
    with contextlib.suppress(TimeoutError):
        await eventually(lambda: replies.count >= commands, within=within)
    return commands - replies.count


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


def _config(folder: Path, *, kubernetes: str, toolbox: str, stuck: str) -> Path:
    token = folder / "token"
    token.write_text(TOKEN)
    servers = {
        "kubernetes": {"url": f"{kubernetes}/mcp", "tokenFile": str(token)},
        "toolbox": {"url": f"{toolbox}/mcp"},
        "stuck": {"url": f"{stuck}/mcp", "tools": {"timeoutSeconds": 3600}},
    }
    config = folder / "mcp.json"
    config.write_text(json.dumps({"revision": "bench", "mcpServers": servers}))
    return config
