"""What is shown of a command that takes long, and when it is not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ritsuko_bot.answers.answer import Answer, say
from ritsuko_bot.chat import reply as module
from ritsuko_bot.chat.reply import Reply
from tests.unit.bot_chat.room import Room, wrote


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_TYPING_AFTER", "_RUNNING_AFTER", "_PROGRESS_EVERY"):
        monkeypatch.setattr(module, name, 0.002)


def reply_in(room: Room) -> Reply:
    return Reply(room, wrote("mcp wait"))


async def finished(reply: Reply, running: asyncio.Task[None]) -> None:
    reply.answered()
    await running
    await reply.finish(Answer((say("done"),)))


async def until(condition: Any) -> None:
    async with asyncio.timeout(5):
        while True:
            if condition():
                return
            await asyncio.sleep(0.001)


async def test_a_command_that_takes_long_is_seen_to_run_and_answered_in_the_same_message() -> None:
    room = Room(busy=False)
    reply = reply_in(room)
    running = asyncio.create_task(reply.show_running())
    await until(lambda: len(room.log) == 2)
    await reply.progress("half of it")
    await until(lambda: len(room.log) == 3)
    await finished(reply, running)
    assert room.log == [
        "typing on",
        "post own-1 Running `mcp wait`",
        "edit own-1 Running `mcp wait`: half of it",
        "edit own-1 done",
        "typing off",
    ]


async def test_where_requests_have_to_wait_only_the_answer_is_sent() -> None:
    room = Room(busy=True)
    reply = reply_in(room)
    running = asyncio.create_task(reply.show_running())
    await until(lambda: room.asked >= 5)
    await finished(reply, running)
    assert room.log == ["post own-1 done"]


async def test_while_a_question_is_open_nothing_else_is_said_of_the_command() -> None:
    room = Room(busy=False)
    reply = reply_in(room)
    with reply.asking():
        running = asyncio.create_task(reply.show_running())
        await until(lambda: room.asked >= 5)
        assert room.log == ["typing on"]
    await until(lambda: len(room.log) == 2)
    await finished(reply, running)
    assert room.log[1:3] == ["post own-1 Running `mcp wait`", "edit own-1 done"]


async def test_what_changes_something_is_announced_all_the_same() -> None:
    room = Room(busy=True)
    reply = reply_in(room)
    await reply.announce()
    await reply.finish(Answer((say("done"),)))
    assert room.log == ["post own-1 Running `mcp wait`", "edit own-1 done"]
