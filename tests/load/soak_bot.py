"""A day in the life of a bot, squeezed: many commands of every sort. Does it grow, does it leave anything open?

`make soak-bot`, or `python -m tests.load.soak_bot [--commands 100000]`, prints a table and writes bench/soak-bot.json.
The bot and two MCP servers are processes of their own, Zulip is the emulator.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.cluster.ports import free
from tests.integration.bot.bots import BOT, crowd, eventually
from tests.integration.bot_mcp.processes import TOOLBOX, python_server
from tests.load import figures
from tests.load.figures import Figure
from tests.load.program import cpu_seconds, running
from tests.zulip import Message, ZulipEmulator

ROOT = Path(__file__).parents[2]
COMMANDS = int(os.environ.get("RITSUKO_SOAK_COMMANDS", "100000"))
_FIRST = 10_000  # after that many everything has been warm for a while, and what is remembered is full
_MOST_GROWTH = 1.10
_BACKLOG = 60
_EXPIRES_EVERY, _CHANGES_EVERY, _TIDIES_EVERY, _TELLS_EVERY = 500, 1000, 500, 5000
_SETTLES_WITHIN = 15.0
_SEED = 20261124  # so that two runs do the same

_LINES = {
    "mcp toolbox echo hello {number}": 35,
    "mcp legacy echo hello {number}": 30,
    "mcp toolbox add 1 2 {number}": 6,
    "mcp toolbox write {number}": 4,
    "mcp toolbox fail on purpose": 4,
    "mcp toolbox big 0.02": 1,
    "mcp toolbox picture": 1,
    "mcp list": 3,
    "mcp status": 3,
    "mcp help toolbox echo": 3,
    "help": 2,
    "mcp toolbx echo hello": 3,
    "mcp toolbox echo": 2,
    "mcp toolbox echo 'never closed": 2,
    "good morning": 1,
}


@dataclass(frozen=True)
class Held:
    """What the bot holds while nobody asks anything."""

    memory: float
    tasks: int
    threads: int
    files: int
    sockets: int
    queues: int


@dataclass
class Day:
    """Zulip, the people in it, and the bot's config, which changes now and then."""

    zulip: ZulipEmulator
    people: list[int]
    config: Path
    ports: tuple[int, int]
    chance: random.Random
    asked: int = 0
    answered: int = 0

    def __post_init__(self) -> None:
        self.zulip.server.on_message.append(self._count)
        self.write_config()

    async def go_on(self, until: int) -> None:
        """Commands are given, a few more than are answered at a time, until there were so many."""
        while self.asked < until:
            self._ask()
            if self.asked % _EXPIRES_EVERY == 0:
                self.zulip.expire_queues("ritsuko")
            if self.asked % _CHANGES_EVERY == 0:
                self.write_config()
            if self.asked % _TIDIES_EVERY == 0:
                self._tidy()
            if self.asked % _TELLS_EVERY == 0:
                print(f"{self.asked} commands", file=sys.stderr, flush=True)
            await eventually(lambda: self.asked - self.answered < _BACKLOG, within=120)
        await eventually(lambda: self.answered >= self.asked, within=120)

    def write_config(self) -> None:
        """Replaces the config by one in which one server has another name than before."""
        one, other = (f"http://127.0.0.1:{port}/mcp" for port in self.ports)
        servers = {
            "toolbox": {"url": one, "tools": {"allow": ["write"]}},
            "legacy": {"url": other},
            f"of-{self.asked}": {"url": other},
        }
        new = self.config.with_suffix(".new")
        new.write_text(json.dumps({"revision": f"r{self.asked}", "mcpServers": servers}))
        new.replace(self.config)

    def _ask(self) -> None:
        [line] = self.chance.choices(list(_LINES), list(_LINES.values()))
        line = line.format(number=self.asked)
        who = self.chance.choice(self.people)
        if self.chance.random() < 0.3:
            self.zulip.send(who, line, dm="ritsuko")
        else:
            self.zulip.send(who, f"@**Ritsuko** {line}", to="ops", topic=f"topic {self.chance.randrange(20)}")
        self.asked += 1

    def _tidy(self) -> None:
        """Drops what is long past: it is not the emulator's memory and speed that is looked at."""
        world = self.zulip.world

        def drop() -> None:
            for message in list(world.messages)[:-2000]:
                del world.messages[message]
            for file in list(world.files)[:-20]:
                del world.files[file]

        self.zulip.call(drop)

    def _count(self, message: Message) -> None:
        self.answered += message.sender_id == BOT


async def measure(folder: Path, commands: int) -> list[Figure]:
    """Compares what the bot holds at the end with what it held after the first commands."""
    ports = free(3, "127.0.0.1")
    config = folder / "mcp.json"
    with ZulipEmulator(requests_per_minute=None) as zulip:
        day = Day(zulip, crowd(zulip), config, (ports[0], ports[1]), random.Random(_SEED))
        settings = {**zulip.credentials(), "RITSUKO_CONFIG": str(config), "RITSUKO_HTTP_PORT": str(ports[2])}
        address = f"http://127.0.0.1:{ports[2]}"
        async with python_server(TOOLBOX, ports[0]), python_server(TOOLBOX, ports[1], "--mode", "legacy"):
            with running(
                "-m", "ritsuko_bot", environment=settings, log=folder / "bot.log", ready=f"{address}/readyz"
            ) as bot:
                first = min(_FIRST, commands // 2)
                began, spent = time.monotonic(), cpu_seconds(bot.pid)
                await day.go_on(first)
                early = await _settled(bot.pid, address, zulip)
                await day.go_on(commands)
                seconds, spent = time.monotonic() - began, cpu_seconds(bot.pid) - spent
                late = await _settled(bot.pid, address, zulip)
    more = {
        "tasks": late.tasks - early.tasks,
        "threads": late.threads - early.threads,
        "open files": late.files - early.files,
        "open sockets": late.sockets - early.sockets,
        "event queues in Zulip": late.queues - early.queues,
    }
    return [
        Figure(f"commands of {len(day.people)} people", commands, "commands"),
        Figure("for each of them", seconds / commands * 1000, "ms"),
        Figure("CPU of the bot for each", spent / commands * 1000, "ms"),
        Figure("commands without an answer", day.asked - day.answered, "commands", 0),
        Figure(f"memory after {first}", early.memory, "MiB", 120),
        Figure(f"memory after {commands}", late.memory, "MiB", 120),
        Figure(f"memory at the end, divided by that after {first}", late.memory / early.memory, "times", _MOST_GROWTH),
        *(Figure(f"{what} more than after {first}", count, what, 0) for what, count in more.items()),
        Figure("tasks at the end", late.tasks, "tasks"),
        Figure("open files at the end", late.files, "files"),
    ]


async def _settled(pid: int, address: str, zulip: ZulipEmulator) -> Held:
    """The least of each that it holds in a while: what is only on its way goes, what leaks stays."""
    until = time.monotonic() + _SETTLES_WITHIN
    seen: list[Held] = []
    async with httpx2.AsyncClient(trust_env=False) as http:
        while time.monotonic() < until:
            seen.append(_held(pid, (await http.get(f"{address}/metrics")).text, zulip))
            await asyncio.sleep(0.25)
    names = Held.__dataclass_fields__
    return Held(**{name: min(getattr(one, name) for one in seen) for name in names})


def _held(pid: int, metrics: str, zulip: ZulipEmulator) -> Held:
    def metric(name: str) -> float:
        found = re.search(rf"^{name} (\S+)$", metrics, re.MULTILINE)
        assert found is not None, f"the bot has no metric {name}"
        return float(found[1])

    files = [_target(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
    threads = len(list(Path(f"/proc/{pid}/task").iterdir()))
    queues = zulip.call(lambda: len(zulip.server.queues.of(BOT)))
    return Held(
        memory=metric("process_resident_memory_bytes") / 2**20,
        tasks=int(metric("ritsuko_bot_tasks")),
        threads=threads,
        files=len(files),
        sockets=sum(target.startswith("socket:") for target in files),
        queues=queues,
    )


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        # It was closed a moment ago.
        return ""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.load.soak_bot", description="Ask the bot again and again; write bench/soak-bot.json."
    )
    parser.add_argument("--commands", type=int, default=COMMANDS)
    commands = parser.parse_args().commands
    machine = figures.machine()
    with tempfile.TemporaryDirectory(prefix="ritsuko-soak-") as folder:
        try:
            found = asyncio.run(measure(Path(folder), commands))
        except TimeoutError:
            log = (Path(folder) / "bot.log").read_text()
            print(
                f"soak-bot: commands are left without an answer; the bot's log ends in:\n{log[-3000:]}", file=sys.stderr
            )
            return 1
    figures.write(ROOT / "bench" / "soak-bot.json", machine, figures.versions(), found)
    print(figures.table("soak-bot", found))
    return int(any(figure.met is False for figure in found))


if __name__ == "__main__":
    sys.exit(main())
