"""Calls of a server that behaves, over every transport that it may speak."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ritsuko_api.identity import META_KEY, verify
from ritsuko_bot.commands.markdown import render
from tests.integration.bot_mcp.processes import TOOLBOX, free_port, python_server, until
from tests.integration.bot_mcp.talk import Talk, at, config, talking


@pytest.fixture(params=["stateless", "json", "session", "legacy", "stdio"])
async def toolbox(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Talk]:
    mode = request.param
    notes = ["--notes", str(tmp_path / "notes")]
    if mode == "stdio":
        entry = {"command": sys.executable, "args": [TOOLBOX, "--mode", "stdio", *notes]}
        async with talking(config(toolbox=entry)) as talk:
            await talk.ready("toolbox")
            yield talk
        return
    port = free_port()
    options = ["--mode", "stateless", "--json"] if mode == "json" else ["--mode", mode]
    async with python_server(TOOLBOX, port, *options, *notes), talking(config(toolbox=at(port))) as talk:
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


async def test_calls_run_at_the_same_time(toolbox: Talk) -> None:
    clock = asyncio.get_running_loop().time
    began = clock()
    answers = await asyncio.gather(*(toolbox.say("mcp toolbox sleep 1") for _ in range(4)))
    assert clock() - began < 3.5
    assert all("slept 1 s" in answer for answer in answers)


async def test_a_result_of_ten_megabytes_arrives_whole_as_a_file(toolbox: Talk) -> None:
    rendered = render(await toolbox.answer("mcp toolbox big 10"))
    assert "Shown: 10 of 104857 lines (10.5 MB). All of it is in the attached file." in rendered.text
    assert len(rendered.attachments[0].data) > 10_400_000


async def test_a_tool_that_appears_can_be_called(toolbox: Talk) -> None:
    assert "there is fresh now" in await toolbox.say("mcp toolbox grow fresh")
    await until(lambda: "fresh" in toolbox.tools("toolbox"), within=20, what="the new tool")
    assert "this is fresh" in await toolbox.say("mcp toolbox fresh")


@pytest.mark.parametrize("mode", ["stateless", "legacy", "stdio"])
async def test_the_deadline_ends_the_call_here_and_there(mode: str, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
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
        await until(lambda: notes.exists() and "cancelled" in notes.read_text(), what="the server was told")
        assert talk.progress[0].startswith("sleeping (")
        assert "still fine" in await talk.say("mcp toolbox echo still fine")


async def test_more_calls_than_allowed_wait_their_turn() -> None:
    port = free_port()
    policy = {"maxConcurrentCalls": 1, "timeoutSeconds": 3}
    async with python_server(TOOLBOX, port), talking(config(toolbox=at(port, tools=policy))) as talk:
        await talk.ready("toolbox")
        slow = asyncio.create_task(talk.say("mcp toolbox sleep 0.5"))
        await until(lambda: talk.progress, what="the slow call runs")
        assert "after it" in await talk.say("mcp toolbox echo after it")
        assert slow.done()
        blocked = await asyncio.gather(talk.say("mcp toolbox sleep 30"), talk.say("mcp toolbox echo never"))
        assert "did not answer within 3 s" in blocked[0]
        assert "did not get its turn" in blocked[1]
        assert "free" in await talk.say("mcp toolbox echo free")


async def test_the_user_is_vouched_for_only_where_a_secret_is_shared(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first-token\n")
    port = free_port()
    entries = config(known=at(port, tokenFile=str(token)), stranger=at(port))
    async with python_server(TOOLBOX, port), talking(entries) as talk:
        await talk.ready("known")
        await talk.ready("stranger")
        assert META_KEY not in await talk.say("mcp stranger whoami")
        for secret in ("first-token", "second-token"):
            token.write_text(secret)
            text = await talk.say("mcp known whoami")
            assertion = text.split(f"'{META_KEY}': '")[1].split("'")[0]
            user = verify(assertion, secret=secret, server="known", now=time.time())
            assert (user.id, user.email) == (7, "ada@example.com")
        token.unlink()
        assert "cannot read the bearer token of known" in await talk.say("mcp known whoami")
