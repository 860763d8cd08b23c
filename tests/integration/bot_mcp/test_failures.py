"""Servers that fail, each in its own way, beside one that does not."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from ritsuko_api.config import McpConfig
from ritsuko_api.runtime import ServerState
from tests.integration.bot_mcp.processes import GARBAGE, TOOLBOX, free_port, python_server, until
from tests.integration.bot_mcp.talk import Talk, at, config, talking


@pytest.fixture
async def good() -> AsyncIterator[int]:
    port = free_port()
    async with python_server(TOOLBOX, port):
        yield port


async def unaffected(talk: Talk) -> None:
    """The good server answers, and so do the commands that ask nobody."""
    assert "hi" in await talk.say("mcp good echo hi")
    assert "good" in await talk.say("mcp list")
    assert "good" in await talk.say("mcp status")


async def test_a_server_that_is_down_at_start_is_used_once_it_is_there(good: int) -> None:
    port = free_port()
    async with talking(config(good=at(good), late=at(port))) as talk:
        await talk.ready("good")
        await talk.down("late")
        assert "Connection refused" in await talk.say("mcp late echo hi")
        await unaffected(talk)
        async with python_server(TOOLBOX, port):
            await talk.ready("late")
            assert "hi" in await talk.say("mcp late echo hi")


@pytest.mark.parametrize("mode", ["stateless", "legacy"])
async def test_a_server_that_restarts_with_other_tools_is_noticed_while_idle(mode: str, good: int) -> None:
    port = free_port()
    async with talking(config(good=at(good), toolbox=at(port))) as talk:
        async with python_server(TOOLBOX, port, "--mode", mode, "--extra", "old"):
            await talk.ready("toolbox")
            assert "old" in talk.tools("toolbox")
        await talk.down("toolbox")
        await unaffected(talk)
        async with python_server(TOOLBOX, port, "--mode", mode, "--extra", "new", "--version", "2"):
            await talk.ready("toolbox")
            await until(lambda: "new" in talk.tools("toolbox"), within=5)
            assert "old" not in talk.tools("toolbox")
            assert "toolbox  Ready" in await talk.say("mcp status")
            assert "this is new" in await talk.say("mcp toolbox new")


@pytest.mark.parametrize("mode", ["stateless", "legacy"])
async def test_a_restart_between_two_calls_is_not_noticed_by_the_caller(mode: str) -> None:
    port = free_port()
    async with talking(config(toolbox=at(port))) as talk:
        async with python_server(TOOLBOX, port, "--mode", mode):
            await talk.ready("toolbox")
            assert "one" in await talk.say("mcp toolbox echo one")
        async with python_server(TOOLBOX, port, "--mode", mode):
            assert "two" in await talk.say("mcp toolbox echo two")


@pytest.mark.parametrize("mode", ["stateless", "legacy"])
async def test_a_server_that_dies_during_a_call_costs_that_call(mode: str, good: int, tmp_path: Path) -> None:
    port = free_port()
    policy = {"allow": ["write", "die", "echo"]}
    async with talking(config(good=at(good), toolbox=at(port, tools=policy))) as talk:
        async with python_server(TOOLBOX, port, "--mode", mode, "--notes", str(tmp_path / "notes")):
            await talk.ready("toolbox")
            text = await talk.say("mcp toolbox die")
            # It only reads, so it was tried again, and then there was nobody left.
            assert "toolbox is down: cannot reach" in text
        await unaffected(talk)
        async with python_server(TOOLBOX, port, "--mode", mode):
            await talk.ready("toolbox")
            assert "back" in await talk.say("mcp toolbox echo back")


async def test_what_changes_something_is_not_sent_twice(tmp_path: Path) -> None:
    port = free_port()
    notes = tmp_path / "notes"
    policy = {"allow": ["smash", "echo"]}
    async with talking(config(toolbox=at(port, tools=policy))) as talk:
        async with python_server(TOOLBOX, port, "--notes", str(notes)):
            await talk.ready("toolbox")
            calling = asyncio.create_task(talk.say("mcp toolbox smash"))
            await until(lambda: notes.exists(), what="the call arrived")
            text = await calling
        assert "was lost during this call" in text
        assert "It may or may not have run." in text
        assert notes.read_text().splitlines() == ["smash"]


@pytest.mark.parametrize("mode", ["stateless", "legacy"])
async def test_a_server_that_hangs_holds_up_nobody_else(mode: str, good: int) -> None:
    port = free_port()

    def entries(seconds: int) -> McpConfig:
        return config(good=at(good), toolbox=at(port, tools={"timeoutSeconds": seconds}))

    async with python_server(TOOLBOX, port, "--mode", mode) as process, talking(entries(300)) as talk:
        await talk.ready("good")
        await talk.ready("toolbox")
        process.freeze()
        hung = [asyncio.create_task(talk.say("mcp toolbox echo hi")) for _ in range(3)]
        await until(lambda: talk.servers.running["toolbox"].slots.borrowed_tokens == 3, what="the calls hang")
        await unaffected(talk)
        await talk.servers.apply(entries(1))
        assert "toolbox did not answer within 1 s" in await talk.say("mcp toolbox echo hi")
        assert not any(call.done() for call in hung)
        for call in hung:
            call.cancel()
        await talk.down("toolbox")
        assert "it does not answer" in await talk.say("mcp status")
        await unaffected(talk)
        process.thaw()
        await talk.ready("toolbox")
        assert "awake" in await talk.say("mcp toolbox echo awake")


async def test_however_many_ask_a_server_that_hangs_for_ever_the_two_others_answer_everybody() -> None:
    ports = [free_port() for _ in range(3)]
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(python_server(TOOLBOX, port)) for port in ports]
        entries = {name: at(port) for name, port in zip("abc", ports, strict=True)}
        entries["c"]["tools"] = {"timeoutSeconds": 300}
        talk = await stack.enter_async_context(talking(config(**entries)))
        for name in "abc":
            await talk.ready(name)
        assert "hi" in await talk.say("mcp c echo hi")
        before = len(asyncio.all_tasks())
        processes[2].freeze()
        hung = [asyncio.create_task(talk.say("mcp c echo hi")) for _ in range(100)]
        slots = talk.servers.running["c"].slots
        await until(lambda: slots.statistics().tasks_waiting == 96, what="all of them wait")
        for number in range(50):
            assert f"nr {number}" in await talk.say(f"mcp {'ab'[number % 2]} echo nr {number}")
        assert not any(call.done() for call in hung)
        # Only those that have their turn have tasks beside their own.
        assert len(asyncio.all_tasks()) - before - len(hung) < 40
        for call in hung:
            call.cancel()
        await asyncio.gather(*hung, return_exceptions=True)
        await until(lambda: slots.borrowed_tokens == 0, what="all turns are given back")
        processes[2].thaw()
        await until(lambda: len(asyncio.all_tasks()) <= before, what="nothing of them is left")
        await talk.ready("c")
        assert "back" in await talk.say("mcp c echo back")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("noise", "closed the connection"),
        ("html", "content type"),
        ("json", "JSON"),
        ("list", "JSON"),
        ("events", "SSE"),
        ("cut", "closed the connection before its answer"),
        ("error", "HTTP 500"),
        ("teapot", "rejected the configured bearer token"),
        ("close", "closed the connection"),
    ],
)
async def test_a_server_that_answers_nonsense_is_down_with_a_reason(kind: str, expected: str, good: int) -> None:
    port = free_port()
    async with python_server(GARBAGE, port, "--kind", kind), talking(config(good=at(good), odd=at(port))) as talk:
        await talk.ready("good")
        await talk.down("odd")
        assert expected in (talk.servers.running["odd"].error or "")
        await unaffected(talk)


async def test_a_server_that_accepts_and_says_nothing_stays_connecting(good: int) -> None:
    port = free_port()
    async with python_server(GARBAGE, port, "--kind", "hang"), talking(config(good=at(good), odd=at(port))) as talk:
        await talk.ready("good")
        await unaffected(talk)
        assert talk.state("odd") is ServerState.CONNECTING
        assert "odd is not connected yet" in await talk.say("mcp odd x") or "has not listed its tools yet" in (
            await talk.say("mcp odd x")
        )


async def test_an_answer_above_the_limit_is_refused_in_plain_words() -> None:
    for options in ([], ["--json"]):
        port = free_port()
        async with python_server(TOOLBOX, port, *options), talking(config(toolbox=at(port))) as talk:
            await talk.ready("toolbox")
            assert "the answer is larger than 16 MiB" in await talk.say("mcp toolbox big 17")
            assert "fine" in await talk.say("mcp toolbox echo fine")


async def test_five_hundred_tools_in_pages(good: int) -> None:
    port = free_port()
    async with python_server(TOOLBOX, port, "--tools", "500"), talking(config(many=at(port), good=at(good))) as talk:
        await talk.ready("many")
        assert len(talk.tools("many")) == 500
        assert "and 492 more" in await talk.say("mcp list")
        assert "500 rows" in await talk.say("mcp list many")
        assert "Did you mean `mcp many tool_499`" in await talk.say("mcp many tool_4999")


async def test_a_slow_list_of_tools_holds_up_nobody_else(good: int) -> None:
    port = free_port()
    options = ["--tools", "10", "--slow-list", "4"]
    async with python_server(TOOLBOX, port, *options), talking(config(good=at(good), slow=at(port))) as talk:
        await talk.ready("good")
        await unaffected(talk)
        assert talk.state("slow") is ServerState.CONNECTING
        await talk.ready("slow")
        assert len(talk.tools("slow")) == 10


async def test_a_process_that_cannot_start_says_why() -> None:
    commands = {
        "absent": {"command": "no-such-program-here"},
        "broken": {"command": "sh", "args": ["-c", "echo 'the licence has expired' >&2; exit 3"]},
    }
    async with talking(config(**commands)) as talk:
        await talk.down("absent")
        await talk.down("broken")
        text = await talk.say("mcp list")
        assert "`absent` is down: No such file or directory: no-such-program-here." in text
        assert "stderr: the licence has expired." in text


async def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    entry = {"command": sys.executable, "args": [TOOLBOX, "--mode", "stdio", "--notes", str(notes)]}
    async with talking(config(toolbox=entry)) as talk:
        await talk.ready("toolbox")
        before = talk.servers.running["toolbox"].since
        await talk.say("mcp toolbox die once")
        await until(lambda: talk.servers.running["toolbox"].since != before or talk.state("toolbox") == "Ready")
        await talk.ready("toolbox")
        assert "still here" in await talk.say("mcp toolbox die once")
