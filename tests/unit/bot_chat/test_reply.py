"""What is shown of a command that takes long, and when it is not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ritsuko_bot.answers.answer import Answer, say
from ritsuko_bot.chat import reply as module
from ritsuko_bot.chat.place import Topic
from ritsuko_bot.chat.reply import Reply

PLACE = Topic(4, "ops", "chat")


class Zulip:
    """Client and outbox in one. `asked` counts how often somebody wanted to know whether it is busy."""

    def __init__(self, *, busy: bool) -> None:
        self.requests: list[str] = []
        self.asked = 0
        self._busy = busy

    @property
    def busy(self) -> bool:
        self.asked += 1
        return self._busy

    async def call(self, method: str, path: str, request: dict[str, Any], **_: Any) -> None:
        self.requests.append(f"{path} {request['op']}")

    async def send(self, place: Topic, text: str, *, after: int) -> int:
        self.requests.append(f"send {text.split('[')[0].strip()}")
        return 70

    async def edit(self, message: int, text: str) -> None:
        self.requests.append(f"edit {message} {text.split('[')[0].strip()}")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_TYPING_AFTER", "_RUNNING_AFTER", "_PROGRESS_EVERY"):
        monkeypatch.setattr(module, name, 0.002)


def reply_by(zulip: Zulip) -> Reply:
    return Reply(zulip, zulip, PLACE, "mcp wait", after=7, limit=1_000)  # type: ignore[arg-type]


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
    zulip = Zulip(busy=False)
    reply = reply_by(zulip)
    running = asyncio.create_task(reply.show_running())
    await until(lambda: len(zulip.requests) == 2)
    await reply.progress("half of it")
    await until(lambda: len(zulip.requests) == 3)
    await finished(reply, running)
    assert zulip.requests == [
        "typing start",
        "send Running `mcp wait`",
        "edit 70 Running `mcp wait`: half of it",
        "edit 70 done",
        "typing stop",
    ]


async def test_where_requests_have_to_wait_only_the_answer_is_sent() -> None:
    zulip = Zulip(busy=True)
    reply = reply_by(zulip)
    running = asyncio.create_task(reply.show_running())
    await until(lambda: zulip.asked >= 5)
    await finished(reply, running)
    assert zulip.requests == ["send done"]


async def test_while_a_question_is_open_nothing_else_is_said_of_the_command() -> None:
    zulip = Zulip(busy=False)
    reply = reply_by(zulip)
    with reply.asking():
        running = asyncio.create_task(reply.show_running())
        await until(lambda: zulip.asked >= 5)
        assert zulip.requests == ["typing start"]
    await until(lambda: len(zulip.requests) == 2)
    await finished(reply, running)
    assert zulip.requests[1:3] == ["send Running `mcp wait`", "edit 70 done"]


async def test_what_changes_something_is_announced_all_the_same() -> None:
    zulip = Zulip(busy=True)
    reply = reply_by(zulip)
    await reply.announce()
    await reply.finish(Answer((say("done"),)))
    assert zulip.requests == ["send Running `mcp wait`", "edit 70 done"]
