"""Calls of a server that behaves, over every transport that it may speak."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ritsuko_api.config import McpConfig
from ritsuko_api.identity import META_KEY, verify
from ritsuko_bot.answers.markdown import render
from ritsuko_bot.calls.caller import Caller
from ritsuko_bot.calls.result import Completed
from tests.integration.bot_mcp.processes import TOOLBOX, free_port, note, python_server, until, written
from tests.integration.bot_mcp.talk import ADA, Talk, at, config, talking


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


@pytest.fixture(params=["stateless", "json", "session", "legacy", "stdio"])
async def toolbox(request: pytest.FixtureRequest, notes: Path) -> AsyncIterator[Talk]:
    mode = request.param
    noting = ["--notes", str(notes)]
    if mode == "stdio":
        entry = {"command": sys.executable, "args": [TOOLBOX, "--mode", "stdio", *noting]}
        async with talking(config(toolbox=entry)) as talk:
            await talk.ready("toolbox")
            yield talk
        return
    port = free_port()
    options = ["--mode", "stateless", "--json"] if mode == "json" else ["--mode", mode]
    async with python_server(TOOLBOX, port, *options, *noting), talking(config(toolbox=at(port))) as talk:
        await talk.ready("toolbox")
        yield talk


async def test_calls_errors_and_pictures(toolbox: Talk) -> None:
    assert await toolbox.say("mcp toolbox echo hello   world times=2") == "```text\nhello   world hello   world\n```"
    assert "total  6" in await toolbox.say("mcp toolbox add 1 2 3")
    failed = await toolbox.answer("mcp toolbox fail the disk is full")
    assert failed.failed
    assert render(failed).text == "`toolbox fail` **failed.**\n\n```text\nthe disk is full\n```"
    [picture] = render(await toolbox.answer("mcp toolbox picture")).attachments
    assert (picture.media_type, picture.data[:4]) == ("image/png", b"\x89PNG")


async def test_a_caller_that_types_no_line_gets_the_result_itself(toolbox: Talk) -> None:
    server = toolbox.servers.running["toolbox"]
    result = await toolbox.calls.call(server, server.tools["add"], {"numbers": [1, 2, 3]}, Caller(ADA))
    assert isinstance(result, Completed)
    assert result.result.structured_content == {"total": 6, "count": 3}


async def test_calls_run_at_the_same_time(toolbox: Talk, notes: Path) -> None:
    calls = [asyncio.create_task(toolbox.say("mcp toolbox hold")) for _ in range(4)]
    await until(lambda: written(notes) == ["holding"] * 4, what="all of them run")
    note(notes, "release")
    assert all("released" in answer for answer in await asyncio.gather(*calls))


async def test_a_result_of_ten_megabytes_arrives_whole_as_a_file(toolbox: Talk) -> None:
    rendered = render(await toolbox.answer("mcp toolbox big 10"))
    assert "Shown: 10 of 104857 lines (10.5 MB). The attached file has all of it." in rendered.text
    assert len(rendered.attachments[0].data) > 10_400_000


async def test_a_tool_that_appears_can_be_called(toolbox: Talk) -> None:
    assert "there is fresh now" in await toolbox.say("mcp toolbox grow fresh")
    await until(lambda: "fresh" in toolbox.tools("toolbox"), within=20, what="the new tool")
    assert "this is fresh" in await toolbox.say("mcp toolbox fresh")


@pytest.mark.parametrize("mode", ["stateless", "legacy", "stdio"])
async def test_the_deadline_ends_the_call_here_and_there(mode: str, notes: Path) -> None:
    policy = {"timeoutSeconds": 1}
    port = free_port()
    if mode == "stdio":
        entry = {"command": sys.executable, "args": [TOOLBOX, "--mode", "stdio", "--notes", str(notes)]}
    else:
        entry = at(port)
    server = python_server(TOOLBOX, port, "--mode", "legacy" if mode == "stdio" else mode, "--notes", str(notes))
    async with server, talking(config(toolbox={**entry, "tools": policy})) as talk:
        await talk.ready("toolbox")
        text = await talk.say("mcp toolbox sleep 30")
        assert "toolbox did not answer within 1 s." in text
        assert "`tools.timeoutSeconds`" in text
        await until(lambda: "cancelled" in written(notes), what="the server was told")
        assert talk.progress[0].startswith("sleeping (")
        assert "still fine" in await talk.say("mcp toolbox echo still fine")


async def test_more_calls_than_allowed_wait_their_turn(notes: Path) -> None:
    port = free_port()

    def entry(seconds: int) -> McpConfig:
        return config(toolbox=at(port, tools={"maxConcurrentCalls": 1, "timeoutSeconds": seconds}))

    async with python_server(TOOLBOX, port, "--notes", str(notes)), talking(entry(300)) as talk:
        await talk.ready("toolbox")
        waiting = talk.servers.running["toolbox"].slots.statistics
        first = asyncio.create_task(talk.say("mcp toolbox hold"))
        await until(lambda: written(notes) == ["holding"], what="the first call runs")
        second = asyncio.create_task(talk.say("mcp toolbox echo after it"))
        await until(lambda: waiting().tasks_waiting == 1, what="the second waits")
        # The deadline of a call is that of the moment when it was asked for.
        await talk.servers.apply(entry(1))
        assert "was busy with other calls" in await talk.say("mcp toolbox echo never")
        assert not first.done()
        assert not second.done()
        note(notes, "release")
        assert "released" in await first
        assert "after it" in await second
        assert "free" in await talk.say("mcp toolbox echo free")


async def test_the_user_is_vouched_for_only_where_a_secret_is_shared(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first-token\n")
    port = free_port()
    entries = config(known=at(port, tokenFile=str(token)), stranger=at(port))
    async with python_server(TOOLBOX, port), talking(entries) as talk:
        await talk.ready("known")
        await talk.ready("stranger")
        assert META_KEY.encode().hex() not in await talk.say("mcp stranger whoami")
        for secret in ("first-token", "second-token"):
            token.write_text(secret)
            (meta,) = re.findall(r"\b7b[0-9a-f]{100,}", await talk.say("mcp known whoami"))  # 7b: {
            assertion = json.loads(bytes.fromhex(meta))[META_KEY]
            user = verify(assertion, secret=secret, server="known", now=time.time())
            assert (user.id, user.email) == ("7", "ada@example.com")
        token.unlink()
        assert "cannot read the bearer token of known" in await talk.say("mcp known whoami")
