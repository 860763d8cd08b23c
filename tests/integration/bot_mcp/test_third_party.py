"""Servers from others, as they come: they speak the protocol of 2025, with sessions."""

from __future__ import annotations

import pytest

from ritsuko_bot.answers.markdown import render
from tests.integration.bot_mcp.processes import free_port, running, until
from tests.integration.bot_mcp.talk import Talk, at, config, talking
from tests.integration.bot_mcp.third_party import everything, time_server


async def answers(talk: Talk) -> None:
    await talk.ready("everything", within=60)
    assert "Echo: hello big world" in await talk.say("mcp everything echo hello big world")
    assert "5" in await talk.say("mcp everything get-sum 2 3")
    assert "a" in await talk.say("mcp everything get-sum a=2 b=x")
    pictures = render(await talk.answer("mcp everything get-tiny-image")).attachments
    assert [picture.media_type for picture in pictures] == ["image/png"]
    assert "`b` must be a number, not `x`." in await talk.say("mcp everything get-sum a=2 b=x")
    assert "mcp everything get-sum <a> <b>" in await talk.say("mcp help everything get-sum")


@pytest.mark.npm
@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_the_reference_server(transport: str) -> None:
    command = await everything()
    policy = {"allow": ["echo", "get-sum", "get-tiny-image", "get-structured-content"]}
    if transport == "stdio":
        entry = {"command": command[0], "args": [*command[1:], "stdio"], "tools": policy}
        async with talking(config(everything=entry)) as talk:
            await answers(talk)
        return
    port = free_port()
    async with talking(config(everything=at(port, tools=policy))) as talk:
        for _ in range(2):
            # The second time, its process is a new one that knows nothing of our session.
            async with running(port, *command, "streamableHttp", env={"PORT": str(port)}):
                await answers(talk)
            await talk.down("everything")


async def test_a_python_server_over_stdio() -> None:
    command = await time_server()
    entry = {"command": command[0], "args": [*command[1:], "--local-timezone", "UTC"]}
    async with talking(config(time={**entry, "tools": {"allow": ["get_current_time"]}})) as talk:
        await talk.ready("time", within=60)
        await until(lambda: "get_current_time" in talk.tools("time"))
        assert "Asia/Tokyo" in await talk.say("mcp time get-current-time Asia/Tokyo")
        assert "failed" in await talk.say("mcp time get-current-time Mars/Olympus")
