"""A bot's gateway in front of the Zulip emulator, with commands that a test holds in its hand."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, replace

from mcp_types import ElicitRequestFormParams

from ritsuko_api.access import Effect
from ritsuko_bot.access.approval import Vote
from ritsuko_bot.access.policy import Decision
from ritsuko_bot.answers.answer import Answer, say
from ritsuko_bot.calls.approval import ApprovalRequest
from ritsuko_bot.calls.asker import Asker
from ritsuko_bot.calls.caller import Caller
from ritsuko_bot.chat.zulip.client import Account, ZulipClient
from ritsuko_bot.chat.zulip.gateway import ZulipGateway
from ritsuko_bot.chat.zulip.reference import unmarked
from ritsuko_bot.chat.zulip.status import ZulipStatus
from ritsuko_bot.metrics import Metrics
from tests.zulip import Message, ZulipEmulator

BOT = 14


WHICH = ElicitRequestFormParams(
    message="Which one?",
    requested_schema={"type": "object", "properties": {"choice": {"type": "string"}}, "required": ["choice"]},
)


@dataclass(frozen=True)
class _Request(ApprovalRequest):
    """A request that members cannot decide, and that keeps every vote."""

    votes: list[Vote]

    def decides(self, vote: Vote) -> bool:
        self.votes.append(vote)
        return vote.person.user.role != "member"


class Parrot:
    """Commands that repeat what was said, so that a test sees which answer belongs to what.

    A line with "wait" is answered when `release` is set, one with "announce" too, but that says first that it runs;
    "which" asks a question, and "approve" asks for votes, of which those of members do not count. `heard` keeps every
    line and who said it.
    """

    def __init__(self) -> None:
        self.heard: list[tuple[str, Asker]] = []
        self.votes: list[Vote] = []
        self.release = asyncio.Event()
        self.running = 0
        self.most_running = 0

    async def answer(self, line: str, caller: Caller) -> Answer | None:
        dialogue = caller.dialogue
        self.heard.append((line, caller.asker))
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            if "chatter" in line:
                return None
            if "break" in line:
                raise ZeroDivisionError
            if "which" in line and dialogue is not None:
                reply = await dialogue.elicit("parrot", WHICH)
                return Answer((say(f"chosen: {(reply.content or {}).get('choice')}"),))
            if "approve" in line and dialogue is not None:
                decision = Decision(Effect.REQUIRE_APPROVAL, "test", "parrots need one")
                vote = await dialogue.approve(_Request(caller.asker, decision, "parrot", "approve", {}, self.votes))
                return Answer((say(f"{vote.person.name}: {vote.approved}" if vote else "nobody"),))
            if "announce" in line and dialogue is not None:
                await dialogue.announce()
                await self.release.wait()
            if "wait" in line:
                await caller.progress("half of it is done")
                await self.release.wait()
        finally:
            self.running -= 1
        return Answer((say(f"heard {line}"),))

    @property
    def lines(self) -> list[str]:
        return [line for line, _ in self.heard]


class Running:
    """A bot that listens. `stop` ends it gracefully, `kill` in the middle of everything."""

    def __init__(self, task: asyncio.Task[None], stopping: asyncio.Event, status: ZulipStatus) -> None:
        self.status = status
        self._task = task
        self._stopping = stopping

    async def stop(self) -> None:
        self._stopping.set()
        await asyncio.wait_for(self._task, 10)

    async def kill(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


@contextlib.asynccontextmanager
async def listening(
    zulip: ZulipEmulator,
    commands: Parrot,
    *,
    channels: tuple[str, ...] = (),
    api_key: str | None = None,
    site: str | None = None,
    connected: bool = True,
) -> AsyncGenerator[Running]:
    """A bot in Zulip, connected unless told otherwise."""
    user = zulip.user("ritsuko")
    client = ZulipClient(Account(site or zulip.url, user.email, api_key or user.api_key))
    status = ZulipStatus(changed=lambda: None)
    gateway = ZulipGateway(client, commands, status, Metrics(), channels=lambda: channels)
    stopping = asyncio.Event()
    task = asyncio.create_task(gateway.run(stopping))
    running = Running(task, stopping, status)
    try:
        if connected:
            await eventually(lambda: status.report().connected)
        yield running
        if task.done() and not task.cancelled():
            task.result()
    finally:
        await running.kill()
        client.close()


async def eventually(condition: Callable[[], object], *, within: float = 10.0) -> None:
    """Returns as soon as the condition holds; TimeoutError if it does not in time."""
    async with asyncio.timeout(within):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)


async def said(zulip: ZulipEmulator, text: str, *, within: float = 10.0) -> Message:
    """The bot's message that has this text, as soon as there is one."""
    return await zulip.message(lambda message: message.sender_id == BOT and text in message.content, within)


def all_said(zulip: ZulipEmulator) -> list[str]:
    """Everything the bot has said, oldest first, without the marks."""
    return [unmarked(message.content) for message in zulip.messages(sender="ritsuko")]


def crowd(zulip: ZulipEmulator, people: int = 50) -> list[int]:
    """So many people more, all in #ops; their ids."""
    hamlet = zulip.user("hamlet")
    ops = zulip.world.channel_by_name("ops")
    assert ops is not None

    def come() -> list[int]:
        for number in range(1000, 1000 + people):
            zulip.world.users[number] = replace(hamlet, id=number, email=f"p{number}@zulip.com", full_name=f"P{number}")
            ops.subscribers.add(number)
        return list(range(1000, 1000 + people))

    return zulip.call(come)
