"""What a server offers beside plain calls: resources, prompts, and questions that it asks back."""

from __future__ import annotations

import asyncio
import sys

import pytest

from ritsuko_bot.answers.answer import Answer
from tests.integration.bot_mcp.processes import LIBRARY, free_port, python_server
from tests.integration.bot_mcp.talk import Scripted, at, config, talking


async def test_resources_are_listed_and_read() -> None:
    port = free_port()
    async with python_server(LIBRARY, port), talking(config(library=at(port))) as talk:
        await talk.ready("library")
        text = await talk.say("mcp library resources")
        assert "guide://opening" in text
        assert "book://{title}" in text
        assert "Once upon a time there was Emma." in await talk.say("mcp library resources book://Emma")
        assert "Unknown resource: `nowhere://x`" in await talk.say("mcp library resources nowhere://x")
        policy = config(library=at(port, tools={"allow": ["shelf"]}))
        await talk.servers.apply(policy)
        assert "`tools.allow` does not list resources" in await talk.say("mcp library resources")


async def test_prompts_are_listed_and_filled_in() -> None:
    port = free_port()
    async with python_server(LIBRARY, port), talking(config(library=at(port))) as talk:
        await talk.ready("library")
        assert "review  <title> [tone]  Asks for a review." in await talk.say("mcp library prompts")
        assert "Write a kind review of Emma." in await talk.say("mcp library prompts review Emma")
        assert "Write a stern review of Emma." in await talk.say("mcp library prompts review title=Emma tone=stern")
        assert "`title`" in await talk.say("mcp library prompts review")
        assert "Did you mean `review`" in await talk.say("mcp library prompts reviw")


@pytest.mark.parametrize("mode", ["stateless", "legacy", "stdio", "sse"])
async def test_a_question_is_asked_and_the_reply_reaches_the_server(mode: str) -> None:
    port = free_port()
    entry = at(port, tools={"timeoutSeconds": 1})
    if mode == "sse":
        entry = {**entry, "type": "sse", "url": f"http://127.0.0.1:{port}/sse"}
    if mode == "stdio":
        entry = {"command": sys.executable, "args": [LIBRARY, "--mode", "stdio"], "tools": {"timeoutSeconds": 1}}

    class Thinking(Scripted):
        async def ask(self, question: Answer) -> str | None:
            await asyncio.sleep(1.2)  # longer than the call's deadline, which stands still meanwhile
            return await super().ask(question)

    async with (
        python_server(LIBRARY, port, "--mode", "legacy" if mode == "stdio" else mode),
        talking(config(library=entry)) as talk,
    ):
        await talk.ready("library")
        dialogue = Thinking("title=Emma copies=many", "title=Emma copies=3")
        assert "ordered 3 of Emma" in await talk.say("mcp library order Emma", dialogue=dialogue)
        assert "`library` asks: How many copies of Emma?" in dialogue.said[0]
        assert "`copies` must be a whole number, not `many`" in dialogue.said[1]
        assert "no order: decline" in await talk.say("mcp library order Emma", dialogue=Scripted("cancel"))
        # Nobody answers; and in a console there is nobody to ask.
        assert "no order: cancel" in await talk.say("mcp library order Emma", dialogue=Scripted())
        assert "no order: cancel" in await talk.say("mcp library order Emma")


@pytest.mark.parametrize("mode", ["stateless", "legacy"])
async def test_two_questions_at_once_each_go_to_their_own_asker(mode: str) -> None:
    port = free_port()
    async with python_server(LIBRARY, port, "--mode", mode), talking(config(library=at(port))) as talk:
        await talk.ready("library")
        dialogues = {title: Scripted(f"title={title} copies=2") for title in ("Emma", "Dune", "Ulysses")}
        texts = await asyncio.gather(*(talk.say(f"mcp library order {t}", dialogue=d) for t, d in dialogues.items()))
        for title, text in zip(dialogues, texts, strict=True):
            assert f"ordered 2 of {title}" in text
            assert f"How many copies of {title}?" in dialogues[title].said[0]
