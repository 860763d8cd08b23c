"""Answers the messages that are written to the bot, each once, many at a time; and again if a command is edited."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ritsuko_bot.answers.answer import Answer, Code, say
from ritsuko_bot.calls.asker import Asker
from ritsuko_bot.calls.caller import Caller
from ritsuko_bot.chat.conversation import Conversation
from ritsuko_bot.chat.errors import ChatRefused
from ritsuko_bot.chat.message import EarlierReplies, IncomingMessage, MessageEdit, Reaction
from ritsuko_bot.chat.order import Order
from ritsuko_bot.chat.port import Chat, Commands, Inbox
from ritsuko_bot.chat.recent import Recent
from ritsuko_bot.chat.reply import Reply
from ritsuko_bot.chat.turns import Turn, Turns
from ritsuko_bot.chat.waiting import Waiting
from ritsuko_bot.metrics import Metrics

logger = logging.getLogger(__name__)

_LATE_AFTER = timedelta(minutes=10)
_EDITED_WITHIN = timedelta(minutes=2)

# Somebody who mentions a bot and gets no answer wonders whether it is alive.
_HINT = Answer((say("I answer commands that begin with ", Code("mcp"), ". ", Code("help"), " lists them."),))


def everywhere() -> Sequence[str]:
    """No limit to certain channels."""
    return ()


class Answering:
    """Takes messages of a chat and answers them. `channels`: the channels it answers in now; none means everywhere."""

    def __init__(
        self,
        chat: Chat,
        inbox: Inbox,
        commands: Commands,
        metrics: Metrics,
        *,
        channels: Callable[[], Sequence[str]] = everywhere,
    ) -> None:
        self._chat = chat
        self._inbox = inbox
        self._commands = commands
        self._metrics = metrics
        self._channels = channels
        self._waiting = Waiting()
        self._turns = Turns()
        self._order = Order()
        self._tasks: set[asyncio.Task[None]] = set()
        self._begun: dict[str, str] = {}
        self._recent = Recent()

    def resume(self, replies: EarlierReplies) -> None:
        """What the bot answered before its restart is done; what it began goes on in the same message."""
        for message in replies.answered:
            self._inbox.finish(message)
        self._begun = dict(replies.begun)

    def hear(self, message: IncomingMessage) -> asyncio.Task[None] | None:
        """A message came, maybe for the second time. Returns the task that answers it; None if there is none."""
        if not message.addressed:
            self._inbox.skip(message.id)
            self._waiting.takes(message)
            return None
        if not self._inbox.take(message.id):
            return None
        if self._waiting.takes(message):
            self._inbox.finish(message.id)
            return None
        return self._begin(message)

    def edited(self, edit: MessageEdit) -> None:
        """A message was edited: if its author did so soon after sending it, it is answered again, in the same place."""
        known = self._recent.get(edit.message)
        if known is None:
            if edit.addressed:
                self._start(self._hear_late(edit), edit.message)
            return
        message = known.message
        if _in_time(edit, message) and edit.text != message.text:
            changed = replace(message, text=edit.text, addressed=edit.addressed)
            task = self._start(self._again(changed, known.task), message.id)
            self._recent.began(changed, task)

    def reacted(self, message: str, reaction: Reaction) -> None:
        """Somebody put an emoji under a message: it may be a vote."""
        self._waiting.count(message, [reaction])

    def answered_elsewhere(self, message: str) -> None:
        """Another process of the bot answered the message: it is left to that one."""
        known = self._recent.get(message)
        if known is not None and not known.task.done():
            known.task.cancel()
            self._inbox.finish(message)

    async def catch_up(self) -> None:
        """Counts the votes that came while no events did. Raises what the chat raises."""
        for message in self._waiting.voted_on:
            self._waiting.count(message, await self._chat.reactions(message))

    async def drain(self, *, within: float) -> None:
        """Waits until everything that was taken is answered, for so many seconds at most."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within)

    async def abandon(self) -> None:
        """Stops answering. What is not answered stays open, for the process that takes over."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if tasks:
            logger.warning("%d messages are left unanswered for now", len(tasks))

    def _begin(self, message: IncomingMessage) -> asyncio.Task[None]:
        own = self._begun.pop(message.id, None)
        task = self._start(self._handle(message, own, interrupted=own is not None), message.id)
        self._recent.began(message, task)
        return task

    def _start(self, work: Coroutine[None, None, None], message: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=f"message {message}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _hear_late(self, edit: MessageEdit) -> None:
        """A message that is written to the bot only since it was edited."""
        found = await self._chat.read(edit.message)
        if found is not None and _in_time(edit, found) and self._inbox.take(found.id):
            self._begin(replace(found, text=edit.text, addressed=True))

    async def _again(self, message: IncomingMessage, before: asyncio.Task[None]) -> None:
        """Answers a command that was edited, once the one from before the edit is through."""
        await asyncio.wait({before})
        if self._inbox.reopen(message.id):
            await self._handle(message, self._recent.answer(message.id), interrupted=False)

    async def _handle(self, message: IncomingMessage, own: str | None, *, interrupted: bool) -> None:
        """Answers a message, in the message `own` of the bot if there is one; then it needs nothing any more."""
        try:
            outcome = await self._answer(message, own, interrupted)
        except ChatRefused as error:
            outcome = "refused"
            logger.warning("the chat refused the answer to message %s in %s: %s", message.id, message.place, error)
        except Exception:
            # The boundary that keeps one message from taking the others with it, now and after every restart.
            outcome = "broken"
            logger.exception("message %s in %s could not be answered", message.id, message.place)
        self._metrics.messages.labels(outcome).inc()
        self._inbox.finish(message.id)

    async def _answer(self, message: IncomingMessage, own: str | None, interrupted: bool) -> str:
        if not message.addressed or not self._answers_in(message):
            return "ignored"
        async with self._order.kept() as reached:
            person = await self._chat.person(message.author)
            await reached()
        if person is None:
            return "ignored"
        late = datetime.now(UTC) - message.sent > _LATE_AFTER
        place = message.place
        asker = Asker(person, str(place), late=late, interrupted=interrupted, channel=place.channel)
        async with self._turns.turn(message.author) as turn:
            return await self._reply(message, asker, own, turn)

    def _answers_in(self, message: IncomingMessage) -> bool:
        channel, channels = message.place.channel, self._channels()
        if channel is None or not channels or channel.casefold() in (name.casefold() for name in channels):
            return True
        logger.info("not answered: %s is not in a channel that the bot answers in", message.place)
        return False

    async def _reply(self, message: IncomingMessage, asker: Asker, own: str | None, turn: Turn) -> str:
        reply = Reply(self._chat, message, posted=own)
        conversation = Conversation(self._chat, self._waiting, message, reply, turn) if self._chat.can_ask else None
        began = time.monotonic()
        running = asyncio.create_task(reply.show_running(), name=f"message {message.id} is running")
        try:
            answer = await self._ask(message.text, Caller(asker, reply.progress, conversation))
            reply.answered()
            await running
        finally:
            running.cancel()
        self._recent.answered(message.id, await reply.finish(_HINT if answer is None else answer))
        self._metrics.seconds.observe(time.monotonic() - began)
        if answer is None:
            return "not a command"
        return "failed" if answer.failed else "answered"

    async def _ask(self, line: str, caller: Caller) -> Answer | None:
        try:
            return await self._commands.answer(line, caller)
        except Exception:
            logger.exception("a command failed with an unexpected error")
            return Answer((say("Internal error. See the bot's log for details."),), failed=True)


def _in_time(edit: MessageEdit, message: IncomingMessage) -> bool:
    """Whether the author edited the message, and soon enough for the edit to be meant as the command."""
    return edit.editor == message.author and edit.at - message.sent <= _EDITED_WITHIN
