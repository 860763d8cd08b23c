"""Answers the messages that are meant for the bot: each once, many at a time; and again if a command is edited."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence

from ritsuko_bot.answers.answer import Answer, Code, say
from ritsuko_bot.calls.asker import Asker
from ritsuko_bot.calls.caller import Caller
from ritsuko_bot.chat.conversation import Conversation
from ritsuko_bot.chat.gateway import Commands
from ritsuko_bot.chat.order import Order
from ritsuko_bot.chat.place import Place, Topic, place_of
from ritsuko_bot.chat.recent import Recent
from ritsuko_bot.chat.reply import Reply
from ritsuko_bot.chat.turns import Turn, Turns
from ritsuko_bot.chat.waiting import Waiting
from ritsuko_bot.chat.zulip.api import Event, Message, OneMessage, Profile
from ritsuko_bot.chat.zulip.client import ZulipClient
from ritsuko_bot.chat.zulip.errors import Refused
from ritsuko_bot.chat.zulip.history import Record
from ritsuko_bot.chat.zulip.mention import said_to
from ritsuko_bot.chat.zulip.outbox import Outbox
from ritsuko_bot.chat.zulip.people import People
from ritsuko_bot.chat.zulip.position import Position
from ritsuko_bot.chat.zulip.position_storage import Keeper
from ritsuko_bot.chat.zulip.reference import Kind, reference
from ritsuko_bot.metrics import Metrics

logger = logging.getLogger(__name__)

_LATE_AFTER = 600.0
_EDITED_WITHIN = 120.0

# Whoever mentions a bot and hears nothing wonders whether it is alive.
_HINT = Answer((say("I answer commands that begin with ", Code("mcp"), ". ", Code("help"), " shows them."),))


class Answering:
    """Takes messages and answers them. `channels` gives the channels it answers in now; none means everywhere."""

    def __init__(
        self,
        client: ZulipClient,
        commands: Commands,
        keeper: Keeper,
        outbox: Outbox,
        metrics: Metrics,
        *,
        channels: Callable[[], Sequence[str]],
        message_limit: Callable[[], int],
    ) -> None:
        self._client = client
        self._commands = commands
        self._keeper = keeper
        self._outbox = outbox
        self._metrics = metrics
        self._channels = channels
        self._message_limit = message_limit
        self._people = People(client)
        self._waiting = Waiting()
        self._turns = Turns()
        self._order = Order()
        self._tasks: set[asyncio.Task[None]] = set()
        self._begun: dict[int, int] = {}
        self._recent = Recent()

    def resume(self, record: Record) -> None:
        """What the process before this one has answered is done; what it has begun goes on in the same message."""
        _, position = self._known()
        for message in record.answered:
            position.finish(message)
        self._begun = dict(record.begun)

    def hear(self, message: Message) -> None:
        """A message came: if it speaks to the bot and is new, it will be answered."""
        me, position = self._known()
        direct = not isinstance(message.display_recipient, str)
        asks = direct or "mentioned" in message.flags
        if message.sender_id == me.user_id:
            position.skip(message.id)
        elif self._waiting.takes(place_of(message, me=me.user_id), message):
            if asks and position.take(message.id):
                self._keeper.finish(message.id)
        elif not asks:
            position.skip(message.id)
        elif position.take(message.id):
            own = self._begun.pop(message.id, None)
            task = self._start(self._handle(message, me, own, interrupted=own is not None), message.id)
            self._recent.began(message, task)

    def edited(self, event: Event) -> None:
        """A message was edited: if its author did so soon after sending it, it is answered anew, in the same place."""
        me, _ = self._known()
        if event.content is None or event.user_id == me.user_id:
            return
        known = self._recent.get(event.message_id)
        if known is None:
            if "mentioned" in event.flags:
                self._start(self._hear_late(event), event.message_id)
            return
        message = known.message
        if _in_time(event, message) and event.content != message.content:
            changed = message.model_copy(update={"content": event.content, "flags": event.flags})
            task = self._start(self._again(changed, me, known.task), message.id)
            self._recent.began(changed, task)

    def reacted(self, event: Event) -> None:
        """An emoji came or went: it may be a vote."""
        self._waiting.reacted(event)

    def answered_elsewhere(self, message: Message) -> None:
        """Another process answered in the bot's name: what it answered is left to it."""
        about = reference(message.content)
        known = self._recent.get(about.message) if about is not None and about.kind is Kind.ANSWER else None
        if known is not None and not known.task.done():
            known.task.cancel()
            self._keeper.finish(known.message.id)

    def groups_changed(self) -> None:
        """User groups changed: what is known of them is looked up anew."""
        self._people.groups_changed()

    async def catch_up(self) -> None:
        """Counts the votes of a time without events, and takes nothing else for granted. Raises `ZulipError`."""
        self._people.groups_changed()
        for message in self._waiting.voted_on:
            self._waiting.count(message, await self._outbox.reactions(message))

    async def drain(self, *, within: float) -> None:
        """Waits until everything that was taken is answered, for so many seconds at most."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within)

    async def abandon(self) -> None:
        """Stops answering. What is not answered stays unfinished, for whoever comes next."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if tasks:
            logger.warning("%d messages are left unanswered for now", len(tasks))

    def _known(self) -> tuple[Profile, Position]:
        me, position = self._outbox.me, self._keeper.position
        if me is None or position is None:
            raise RuntimeError("a message came before the bot knew itself and its position")
        return me, position

    def _start(self, work: Coroutine[None, None, None], message: int) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=f"message {message}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _hear_late(self, event: Event) -> None:
        """A message that mentions the bot since it was edited."""
        request = {"apply_markdown": False}
        try:
            found = await self._client.ask("GET", f"messages/{event.message_id}", request, shape=OneMessage)
        except Refused:
            # It is gone again.
            return
        if _in_time(event, found.message):
            self.hear(found.message.model_copy(update={"flags": event.flags}))

    async def _again(self, message: Message, me: Profile, before: asyncio.Task[None]) -> None:
        """Answers a command that was edited, once the one from before the edit is through."""
        await asyncio.wait({before})
        _, position = self._known()
        if position.reopen(message.id):
            await self._handle(message, me, self._recent.answer(message.id), interrupted=False)

    async def _handle(self, message: Message, me: Profile, own: int | None, *, interrupted: bool) -> None:
        """Answers a message, in the message `own` of the bot if there is one; then it needs nothing any more."""
        place = place_of(message, me=me.user_id)
        try:
            outcome = await self._answer(message, me, place, own, interrupted)
        except Refused as error:
            outcome = "refused"
            logger.warning("Zulip refused the answer to message %d in %s: %s", message.id, place, error)
        except Exception:
            # The boundary that keeps one message from taking the others with it, now and after every restart.
            outcome = "broken"
            logger.exception("message %d in %s could not be answered", message.id, place)
        self._metrics.messages.labels(outcome).inc()
        self._keeper.finish(message.id)

    async def _answer(self, message: Message, me: Profile, place: Place, own: int | None, interrupted: bool) -> str:
        line = message.content
        if isinstance(place, Topic):
            said = said_to(message.content, name=me.full_name, user_id=me.user_id)
            if said is None or not self._answers_in(place):
                return "ignored"
            line = said
        async with self._order.kept() as reached:
            person = await self._people.person(message.sender_id)
            await reached()
        if person is None:
            return "ignored"
        late = time.time() - message.timestamp > _LATE_AFTER
        channel = place.channel if isinstance(place, Topic) else None
        asker = Asker(person, str(place), late=late, interrupted=interrupted, channel=channel)
        async with self._turns.turn(int(person.user.id)) as turn:
            return await self._reply(message, place, asker, line, own, turn)

    def _answers_in(self, place: Topic) -> bool:
        channels = self._channels()
        if not channels or place.channel.casefold() in (channel.casefold() for channel in channels):
            return True
        logger.info("not answered: %s is none of the channels that the bot answers in", place)
        return False

    async def _reply(self, message: Message, place: Place, asker: Asker, line: str, own: int | None, turn: Turn) -> str:
        limit = self._message_limit()
        reply = Reply(self._client, self._outbox, place, line, after=message.id, limit=limit, message=own)
        conversation = Conversation(
            self._outbox, self._people, self._waiting, place=place, asker=asker.person, about=message.id, limit=limit,
            reply=reply, turn=turn,
        )  # fmt: skip
        began = time.monotonic()
        running = asyncio.create_task(reply.show_running(), name=f"message {message.id} is running")
        try:
            answer = await self._ask(line, asker, reply, conversation)
            reply.answered()
            await running
        finally:
            running.cancel()
        posted = await reply.finish(_HINT if answer is None else answer)
        self._recent.answered(message.id, posted)
        self._metrics.seconds.observe(time.monotonic() - began)
        if answer is None:
            return "not a command"
        return "failed" if answer.failed else "answered"

    async def _ask(self, line: str, asker: Asker, reply: Reply, conversation: Conversation) -> Answer | None:
        try:
            return await self._commands.answer(line, Caller(asker, reply.progress, conversation))
        except Exception:
            logger.exception("a command failed with an unexpected error")
            return Answer((say("Internal error. See the bot's log for details."),), failed=True)


def _in_time(event: Event, message: Message) -> bool:
    """Whether an edit was made by the author of the message, and soon enough to be meant as the command."""
    by_author = event.user_id == message.sender_id
    return by_author and event.edit_timestamp - message.timestamp <= _EDITED_WITHIN
