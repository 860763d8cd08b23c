"""How messages are answered, in a chat that is neither Zulip nor a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from mcp_types import ElicitRequestFormParams

from ritsuko_api.access import Effect
from ritsuko_bot.access.policy import Decision
from ritsuko_bot.answers.answer import Answer, say
from ritsuko_bot.calls.approval import ApprovalRequest
from ritsuko_bot.calls.caller import Caller
from ritsuko_bot.chat.answering import Answering
from ritsuko_bot.chat.message import APPROVE, REJECT, EarlierReplies, IncomingMessage, MessageEdit, Reaction
from ritsuko_bot.metrics import Metrics
from tests.unit.bot_chat.room import OPS, Open, Room, Thread, wrote

WHICH = ElicitRequestFormParams(
    message="Which one?", requested_schema={"type": "object", "properties": {"choice": {"type": "string"}}}
)


class Echo:
    """Commands that repeat their line; "which" asks something first, "approve" needs a vote, "break" fails."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Caller]] = []

    async def answer(self, line: str, caller: Caller) -> Answer | None:
        self.heard.append((line, caller))
        dialogue = caller.dialogue
        if "chatter" in line:
            return None
        if "break" in line:
            raise ZeroDivisionError
        if "which" in line and dialogue is not None:
            reply = await dialogue.elicit("library", WHICH)
            return Answer((say(f"chosen: {reply.content}"),))
        if "approve" in line and dialogue is not None:
            decision = Decision(Effect.REQUIRE_APPROVAL, "test", "tests need one")
            vote = await dialogue.approve(ApprovalRequest(caller.asker, decision, "library", "burn", {}))
            return Answer((say(f"approved: {vote.approved}" if vote else "nobody"),))
        return Answer((say(f"heard {line}"),))


class Talk:
    """A bot in a room."""

    def __init__(self, *channels: str) -> None:
        self.room, self.inbox, self.commands = Room(), Open(), Echo()
        self.answering = Answering(self.room, self.inbox, self.commands, Metrics(), channels=lambda: channels)

    async def answer(self, message: IncomingMessage) -> list[str]:
        """What the room says once the message is answered."""
        self.answering.hear(message)
        await self.answering.drain(within=5)
        return list(self.room.texts.values())

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while True:
                if condition():
                    return
                await asyncio.sleep(0)


async def test_a_message_is_answered_once_in_its_place() -> None:
    talk = Talk()
    assert await talk.answer(wrote("mcp list")) == ["heard mcp list"]
    assert await talk.answer(wrote("mcp list")) == ["heard mcp list"]
    [(_, caller)] = talk.commands.heard
    assert (caller.asker.person.name, caller.asker.where, caller.asker.channel) == ("ada", "ops/deploys", "ops")
    assert talk.inbox.done == {"m1"}


async def test_what_is_not_written_to_the_bot_or_comes_from_a_bot_is_not_answered() -> None:
    talk = Talk()
    assert await talk.answer(wrote("mcp list", to=False)) == []
    assert await talk.answer(wrote("mcp list", author="bot")) == []


async def test_it_answers_only_in_its_channels_and_outside_of_channels() -> None:
    talk = Talk("OPS")
    assert await talk.answer(wrote("one", id="1", place=Thread("general"))) == []
    assert await talk.answer(wrote("two", id="2", place=OPS)) == ["heard two"]
    assert await talk.answer(wrote("three", id="3", place=Thread(None))) == ["heard two", "heard three"]


async def test_a_fault_is_an_answer_and_chatter_gets_a_hint() -> None:
    assert await Talk().answer(wrote("break")) == ["Internal error. See the bot's log for details."]
    assert (await Talk().answer(wrote("chatter")))[0].startswith("I answer commands that begin with")


async def test_the_next_message_of_the_asker_in_the_place_is_the_reply_to_a_question() -> None:
    talk = Talk()
    talk.answering.hear(wrote("which", id="1"))
    await talk.until(lambda: talk.room.texts)
    talk.answering.hear(wrote("not mine", id="2", author="grace", to=False))
    talk.answering.hear(wrote("elsewhere", id="3", place=Thread("general"), to=False))
    assert (await talk.answer(wrote("the second", id="4")))[-1] == "chosen: {'choice': 'the second'}"
    assert [line for line, _ in talk.commands.heard] == ["which"]
    assert talk.inbox.done == {"1", "4"}


@pytest.mark.parametrize(("emoji", "said"), [(APPROVE, "approved: True"), (REJECT, "approved: False")])
async def test_a_vote_of_somebody_else_decides(emoji: str, said: str) -> None:
    talk = Talk()
    talk.answering.hear(wrote("approve"))
    await talk.until(lambda: len(talk.room.log) == 3)
    assert [line.split()[0] for line in talk.room.log] == ["post", "react", "react"]
    [request] = talk.room.texts
    talk.answering.reacted(request, Reaction("grace", "🎉"))
    talk.answering.reacted(request, Reaction("ada", APPROVE))
    talk.answering.reacted(request, Reaction("grace", emoji))
    await talk.answering.drain(within=5)
    assert talk.room.texts["own-2"] == said


async def test_votes_that_came_without_an_event_are_counted_when_it_catches_up() -> None:
    talk = Talk()
    talk.answering.hear(wrote("approve"))
    await talk.until(lambda: len(talk.room.log) == 3)
    talk.room.under["own-1"] = [Reaction("grace", APPROVE)]
    await talk.answering.catch_up()
    await talk.answering.drain(within=5)
    assert talk.room.texts["own-2"] == "approved: True"


async def test_where_nobody_can_be_asked_calls_get_no_dialogue() -> None:
    talk = Talk()
    talk.room.can_ask = False
    await talk.answer(wrote("approve"))
    assert talk.commands.heard[0][1].dialogue is None


async def test_an_edit_by_the_author_within_two_minutes_is_answered_in_the_same_message() -> None:
    talk = Talk()
    first = wrote("one")
    await talk.answer(first)
    edit = MessageEdit("m1", "ada", "two", first.sent + timedelta(seconds=90), addressed=True)
    talk.answering.edited(replace(edit, editor="grace"))
    talk.answering.edited(replace(edit, at=first.sent + timedelta(seconds=150)))
    talk.answering.edited(edit)
    await talk.answering.drain(within=5)
    assert talk.room.texts == {"own-1": "heard two"}
    assert [line for line, _ in talk.commands.heard] == ["one", "two"]


async def test_after_a_restart_what_was_answered_is_done_and_what_was_begun_goes_on_in_its_message() -> None:
    talk = Talk()
    talk.answering.resume(EarlierReplies(frozenset({"old"}), {"m1": "own-9"}))
    assert await talk.answer(wrote("mcp list", id="old")) == []
    await talk.answer(wrote("mcp list"))
    assert talk.room.texts == {"own-9": "heard mcp list"}
    assert [caller.asker.interrupted for _, caller in talk.commands.heard] == [True]


async def test_a_message_from_long_ago_is_late() -> None:
    talk = Talk()
    await talk.answer(wrote("mcp list", sent=datetime.now(UTC) - timedelta(minutes=11)))
    assert talk.commands.heard[0][1].asker.late
