"""Answers the messages that are meant for the bot: each once, many at a time."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

from ritsuko_bot.chat.gateway import Commands
from ritsuko_bot.chat.keeper import Keeper
from ritsuko_bot.chat.mention import said_to
from ritsuko_bot.chat.outbox import Outbox
from ritsuko_bot.chat.people import People, Person
from ritsuko_bot.chat.place import Place, Topic, place_of
from ritsuko_bot.chat.reply import Reply
from ritsuko_bot.chat.turns import Turns
from ritsuko_bot.chat.zulip_api import Message, Profile
from ritsuko_bot.chat.zulip_client import ZulipClient
from ritsuko_bot.chat.zulip_errors import Refused
from ritsuko_bot.commands.answer import Answer, Code, say
from ritsuko_bot.commands.asker import Asker
from ritsuko_bot.web.metrics import Metrics

logger = logging.getLogger(__name__)

_LATE_AFTER = 600.0

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
        self._turns = Turns()
        self._order = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def hear(self, message: Message) -> None:
        """A message came: if it speaks to the bot and is new, it will be answered."""
        me, position = self._outbox.me, self._keeper.position
        if me is None or position is None:
            raise RuntimeError("a message came before the bot knew itself and its position")
        direct = not isinstance(message.display_recipient, str)
        if message.sender_id == me.user_id or not (direct or "mentioned" in message.flags):
            position.skip(message.id)
        elif position.take(message.id):
            task = asyncio.create_task(self._handle(message, me), name=f"message {message.id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

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

    async def _handle(self, message: Message, me: Profile) -> None:
        place = place_of(message, me=me.user_id)
        try:
            outcome = await self._answer(message, me, place)
        except Refused as error:
            outcome = "refused"
            logger.warning("Zulip refused the answer to message %d in %s: %s", message.id, place, error)
        except Exception:
            # The boundary that keeps one message from taking the others with it, now and after every restart.
            outcome = "broken"
            logger.exception("message %d in %s could not be answered", message.id, place)
        self._metrics.messages.labels(outcome).inc()
        self._keeper.finish(message.id)

    async def _answer(self, message: Message, me: Profile, place: Place) -> str:
        line = message.content
        if isinstance(place, Topic):
            said = said_to(message.content, name=me.full_name, user_id=me.user_id)
            if said is None or not self._answers_in(place):
                return "ignored"
            line = said
        # One after the other: the lock is fair, so that what was asked first also begins first.
        async with self._order:
            person = await self._people.person(message.sender_id)
        if person is None:
            return "ignored"
        async with self._turns.turn(person.user.id):
            return await self._reply(message, place, person, line)

    def _answers_in(self, place: Topic) -> bool:
        channels = self._channels()
        if not channels or place.channel.casefold() in (channel.casefold() for channel in channels):
            return True
        logger.info("not answered: %s is none of the channels that the bot answers in", place)
        return False

    async def _reply(self, message: Message, place: Place, person: Person, line: str) -> str:
        reply = Reply(self._client, self._outbox, place, after=message.id, limit=self._message_limit())
        began = time.monotonic()
        running = asyncio.create_task(reply.show_running(line), name=f"message {message.id} is running")
        try:
            late = time.time() - message.timestamp > _LATE_AFTER
            answer = await self._ask(line, Asker(person.user, person.name, str(place), late), reply)
            reply.answered()
            await running
        finally:
            running.cancel()
        await reply.finish(_HINT if answer is None else answer)
        self._metrics.seconds.observe(time.monotonic() - began)
        if answer is None:
            return "not a command"
        return "failed" if answer.failed else "answered"

    async def _ask(self, line: str, asker: Asker, reply: Reply) -> Answer | None:
        try:
            return await self._commands.answer(line, asker, progress=reply.progress)
        except Exception:
            logger.exception("a command failed in a way that nobody thought of")
            return Answer((say("Something went wrong inside the bot. Its log says what."),), failed=True)
