"""What a server's entry says beside its address: aliases, a cache, a limit, headers in files, the older transport."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import httpx2
import pytest

from tests.integration.bot_mcp.processes import LIBRARY, free_port, python_server, until
from tests.integration.bot_mcp.talk import ADA, Scripted, at, config, talking
from tests.integration.bot_mcp.test_approvals import YES


async def test_an_alias_is_a_tool_with_its_first_arguments() -> None:
    port = free_port()
    policy = {"aliases": {"a-row": "shelf A", "books": "shelf", "broken": "nothing x"}}
    async with python_server(LIBRARY, port), talking(config(library=at(port, tools=policy))) as talk:
        await talk.ready("library")
        assert "Books of row A from 0." in await talk.say("mcp library a-row")
        assert "Books of row A from 2." in await talk.say("mcp library a_row cursor=2")
        assert "Books of row two words from 0." in await talk.say("mcp library books 'two words'")
        assert "has no tool `nothing`" in await talk.say("mcp library broken")
        assert "a-row   shelf A" in await talk.say("mcp library")
        assert "`mcp library a-row` is an alias of `mcp library shelf A`" in await talk.say("mcp help library a-row")
        assert "Did you mean `mcp library books`" in await talk.say("mcp library bookz")


async def test_an_answer_is_kept_and_says_how_old_it_is_until_something_changes() -> None:
    port = free_port()
    policy = {"cacheSeconds": 600}
    async with python_server(LIBRARY, port), talking(config(library=at(port, tools=policy))) as talk:
        await talk.ready("library")
        assert "1" in await talk.say("mcp library count")
        again = await talk.say("mcp library count")
        assert "From the cache, 0 s old." in again
        assert "Books of row A" in await talk.say("mcp library shelf A")
        assert "cache" not in await talk.say("mcp library shelf B")
        assert "6" in await talk.say("mcp library add 5", dialogue=Scripted(vote=YES))
        fresh = await talk.say("mcp library count")
        assert "7" in fresh
        assert "cache" not in fresh


async def test_calls_above_the_limit_are_put_off_with_the_time() -> None:
    port = free_port()
    policy = {"callsPerMinute": 2}
    async with python_server(LIBRARY, port), talking(config(library=at(port, tools=policy))) as talk:
        await talk.ready("library")
        for _ in range(2):
            assert "Books" in await talk.say("mcp library shelf A")
        text = await talk.say("mcp library shelf A")
        assert "library has reached its limit of 2 calls per minute." in text
        assert re.search(r"Retry in [1-6]?\d s\.", text)


async def test_next_goes_on_for_each_person_and_place() -> None:
    port = free_port()
    async with python_server(LIBRARY, port), talking(config(library=at(port))) as talk:
        await talk.ready("library")
        assert "There is no next page" in await talk.say("next")
        first = await talk.say("mcp library shelf A")
        assert "`next` shows the next page" in first
        assert "cursor" not in first
        assert "from 2." in await talk.say("next")
        elsewhere = type(ADA)(ADA.person, "#ops > other")
        assert "There is no next page" in await talk.say("next", asker=elsewhere)
        last = await talk.say("mcp next")
        assert "from 4." in last
        assert "next" not in last
        assert "There is no next page" in await talk.say("next")


@pytest.mark.parametrize("mode", ["stateless", "sse"])
async def test_headers_come_from_files_and_a_new_value_is_used_at_once(mode: str, tmp_path: Path) -> None:
    key, file = tmp_path / "key", tmp_path / "header"
    key.write_text("first")
    file.write_text("wrong\n")
    port = free_port()
    entry = at(port, headerFiles={"X-Key": str(file)})
    if mode == "sse":
        entry = {**entry, "type": "sse", "url": f"http://127.0.0.1:{port}/sse"}
    options = ["--mode", mode, "--key-file", str(key)]
    async with python_server(LIBRARY, port, *options), talking(config(library=entry)) as talk:
        await talk.down("library")
        assert "HTTP 401" in await talk.say("mcp library shelf A")
        assert "wrong" not in await talk.say("mcp status")
        file.write_text("first\n")
        await talk.ready("library")
        assert "Books of row A" in await talk.say("mcp library shelf A")
        file.write_text("second")
        key.write_text("second")
        assert "Books of row B" in await talk.say("mcp library shelf B")


async def test_the_older_sse_transport_works_dies_and_comes_back() -> None:
    port = free_port()
    entry = {"type": "sse", "url": f"http://127.0.0.1:{port}/sse"}
    async with talking(config(library=entry)) as talk:
        await talk.down("library")
        assert "Connection refused" in await talk.say("mcp status")
        for _ in range(2):
            async with python_server(LIBRARY, port, "--mode", "sse"):
                await talk.ready("library")
                texts = await asyncio.gather(*(talk.say(f"mcp library shelf {row}") for row in "ABC"))
                assert [f"Books of row {row} " in text for row, text in zip("ABC", texts, strict=True)] == [True] * 3
            await talk.down("library")
        status = await talk.say("mcp status")
        assert "closed the connection" in status or "Connection refused" in status


async def test_a_session_that_the_server_forgets_is_made_anew_unseen() -> None:
    port = free_port()
    async with python_server(LIBRARY, port, "--mode", "legacy"), talking(config(library=at(port))) as talk:
        await talk.ready("library")
        since = talk.servers.running["library"].since
        for row in "AB":
            assert f"Books of row {row}" in await talk.say(f"mcp library shelf {row}")
            async with httpx2.AsyncClient(trust_env=False) as client:
                await client.get(f"http://127.0.0.1:{port}/forget")
        assert "Books of row C" in await talk.say("mcp library shelf C")
        assert talk.servers.running["library"].since == since


async def test_the_status_shows_latency_and_the_last_error() -> None:
    port = free_port()
    async with talking(config(library=at(port))) as talk:
        await talk.down("library")
        async with python_server(LIBRARY, port):
            await talk.ready("library")
            await until(lambda: talk.servers.running["library"].latency is not None, what="a check")
            text = await talk.say("mcp status")
            assert " ms" in text
            assert "`library` is ready again. Its last error, at " in text
            assert "Connection refused" in text
