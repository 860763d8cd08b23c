"""Every command is answered exactly once, in its topic, through failing requests, lost queues and kills.

RITSUKO_SOAK_MESSAGES sets how many commands are given: 10,000 with 20 lost queues and 10 kills in `make soak-bot`.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
from collections import Counter
from pathlib import Path

import pytest

from ritsuko_bot.chat.message import MessageKind
from ritsuko_bot.chat.zulip.reference import reference
from tests.cluster.ports import free
from tests.integration.bot.bots import BOT, crowd, eventually
from tests.integration.bot.test_process import bot
from tests.integration.bot_mcp.processes import TOOLBOX, python_server
from tests.zulip import Message, ZulipEmulator

MESSAGES = int(os.environ.get("RITSUKO_SOAK_MESSAGES", "600"))
FULL = MESSAGES >= 10_000
EXPIRIES, KILLS = (20, 10) if FULL else (3, 3)
BACKLOG = 60
FAILING = 0.05
SEED = 20261124

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800 if FULL else 180)]

_FAULTS = [
    {"kind": "error", "status": 500},
    {"kind": "error", "status": 502},
    {"kind": "error", "status": 500, "when": "after"},
    {"kind": "error", "status": 502, "when": "after"},
    {"kind": "drop"},
    {"kind": "drop", "when": "after"},
    {"kind": "rate_limit", "seconds": 0.05},
    {"kind": "delay", "seconds": 0.1},
    {"kind": "delay", "seconds": 0.1, "when": "after"},
]


def fail_often(zulip: ZulipEmulator) -> None:
    for seed, fault in enumerate(_FAULTS):
        zulip.add_fault(**fault, path="^/api/", count=None, probability=FAILING / len(_FAULTS), seed=SEED + seed)


async def test_every_command_is_answered_exactly_once_in_its_topic(tmp_path: Path):
    dice = random.Random(SEED)
    expiries = set(dice.sample(range(MESSAGES), EXPIRIES))
    kills = sorted(dice.sample(range(MESSAGES // 20, MESSAGES * 9 // 10), KILLS))
    port = free(1, "127.0.0.1")[0]
    config = tmp_path / "mcp.json"
    toolbox = {"url": f"http://127.0.0.1:{port}/mcp", "tools": {"allow": ["echo", "write"]}}
    config.write_text(json.dumps({"mcpServers": {"toolbox": toolbox}}))
    asked: dict[int, str] = {}
    answers = 0

    def count(message: Message) -> None:
        nonlocal answers
        answers += message.sender_id == BOT

    with ZulipEmulator(requests_per_minute=None) as zulip:
        people = crowd(zulip)
        zulip.server.on_message.append(count)
        settings = {**zulip.credentials(), "RITSUKO_CONFIG": str(config)}

        async def run_and_be_killed() -> None:
            for number, kill_at in enumerate([*kills, None]):
                folder = tmp_path / f"run{number}"
                folder.mkdir()
                with bot(folder, **settings) as process:
                    if number == 0:
                        await asyncio.to_thread(process.readiness, True)
                        fail_often(zulip)
                        started.set()
                    if kill_at is None:
                        await done.wait()
                    else:
                        await eventually(lambda kill_at=kill_at: answers >= kill_at, within=600)
                        await asyncio.to_thread(process.end, signal.SIGKILL)

        async def talk() -> None:
            await started.wait()
            for number in range(MESSAGES):
                who = dice.choice(people)
                tool = "write" if dice.random() < 0.1 else "echo"
                line = f"mcp toolbox {tool} nr-{number}-end"
                if dice.random() < 0.3:
                    asked[zulip.send(who, line, dm="ritsuko")] = ""
                else:
                    topic = f"topic {dice.randrange(20)}"
                    asked[zulip.send(who, f"@**Ritsuko** {line}", to="ops", topic=topic)] = topic
                if number in expiries:
                    zulip.expire_queues("ritsuko")
                await eventually(lambda number=number: number - answers < BACKLOG, within=120)
            await eventually(lambda: not missing(zulip, asked), within=120)
            done.set()

        started, done = asyncio.Event(), asyncio.Event()
        async with python_server(TOOLBOX, port), asyncio.TaskGroup() as tasks:
            tasks.create_task(run_and_be_killed())
            tasks.create_task(talk())
        zulip.clear_faults()
        said = zulip.messages(sender="ritsuko")
    marks = [reference(message.content) for message in said]
    assert all(mark is not None and mark.kind is MessageKind.ANSWER for mark in marks)
    times = Counter(mark.message for mark in marks if mark is not None)
    assert [message for message, count in times.items() if count != 1] == []
    assert times.keys() == asked.keys()
    places = {mark.message: message.topic for mark, message in zip(marks, said, strict=True) if mark is not None}
    assert places == asked


def missing(zulip: ZulipEmulator, asked: dict[int, str]) -> set[int]:
    """The commands that have no answer yet."""
    marks = [reference(message.content) for message in zulip.messages(sender="ritsuko")]
    return asked.keys() - {mark.message for mark in marks if mark is not None and mark.kind is MessageKind.ANSWER}


async def test_a_kill_between_the_answer_and_everything_else_repeats_nothing(zulip: ZulipEmulator, tmp_path: Path):
    """The worst instant: Zulip has the answer, the bot does not know it yet, and no position was saved since."""
    config = tmp_path / "mcp.json"
    config.write_text('{"mcpServers": {}}')
    settings = {**zulip.credentials(), "RITSUKO_CONFIG": str(config)}
    with bot(tmp_path, **settings) as process:
        await asyncio.to_thread(process.readiness, True)
        zulip.add_fault("delay", method="POST", path="/messages$", when="after", seconds=20)
        saving = zulip.add_fault("error", method="PUT", path="/bot_storage", count=None)
        zulip.send("hamlet", "@**Ritsuko** mcp status", to="ops", topic="first")
        await zulip.message(lambda message: message.sender_id == BOT)
        await asyncio.to_thread(process.end, signal.SIGKILL)
    zulip.call(lambda: setattr(saving, "count", 0))
    with bot(tmp_path, **settings) as process:
        await asyncio.to_thread(process.readiness, True)
        zulip.send("hamlet", "@**Ritsuko** mcp status", to="ops", topic="second")
        await zulip.message(lambda message: message.sender_id == BOT and message.topic == "second")
    assert [message.topic for message in zulip.messages(sender="ritsuko")] == ["first", "second"]
