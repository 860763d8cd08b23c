"""The reply to one message: from somebody typing, over one that is running, to the answer, in one message."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Generator

from ritsuko_bot.answers.answer import Answer, Code, say
from ritsuko_bot.answers.markdown import render
from ritsuko_bot.chat.place import Place
from ritsuko_bot.chat.zulip.api import Wire
from ritsuko_bot.chat.zulip.client import ZulipClient
from ritsuko_bot.chat.zulip.composing import composed
from ritsuko_bot.chat.zulip.errors import Refused, Unavailable
from ritsuko_bot.chat.zulip.outbox import Outbox
from ritsuko_bot.chat.zulip.reference import Kind, marked, room

logger = logging.getLogger(__name__)

_TYPING_AFTER = 0.25
_RUNNING_AFTER = 1.0
_PROGRESS_EVERY = 3.0
_TYPING_WITHIN = 3.0


class Reply:
    """One reply.

    `line` is the command, `after` the id of the message that it answers, `limit` the longest message Zulip takes.
    `message` is an own message that the answer goes into: one that says that it is running, or an earlier answer. It is
    None for a new one.
    """

    def __init__(
        self,
        client: ZulipClient,
        outbox: Outbox,
        place: Place,
        line: str,
        *,
        after: int,
        limit: int,
        message: int | None = None,
    ) -> None:
        self._client = client
        self._outbox = outbox
        self._place = place
        self._line = line
        self._after = after
        self._limit = limit - room(place, after)
        self._answered = asyncio.Event()
        self._typing = False
        self._questions = 0
        self._showing = asyncio.Lock()
        self._shown: str | None = None
        self._latest: str | None = None
        self._message = message

    async def show_running(self) -> None:
        """Shows that the bot is at work, for as long as there is no answer. Returns after `answered` was called.

        Where requests to Zulip have to wait, answers go first: showing that they take long would make them take longer.
        """
        if await self._answer_came(_TYPING_AFTER):
            return
        if not self._client.busy:
            self._typing = True
            await self._type("start")
        try:
            wait = _RUNNING_AFTER - _TYPING_AFTER
            while not await self._answer_came(wait):
                if not (self._client.busy or self._questions):
                    await self.announce()
                wait = _PROGRESS_EVERY
        except Refused as error:
            logger.info("could not show in %s that a call is running: %s", self._place, error)
            await self._answered.wait()

    async def announce(self) -> None:
        """Shows what there is to be said about the running command, unless it is shown. Raises `Refused`."""
        async with self._showing:
            text = self._running()
            if text == self._shown:
                return
            if self._message is None:
                self._message = await self._outbox.send(self._place, text, after=self._after)
            else:
                await self._outbox.edit(self._message, text)
            self._shown = text

    async def progress(self, text: str) -> None:
        """What a running call reports; the message that says so shows it soon."""
        self._latest = text

    @contextlib.contextmanager
    def asking(self) -> Generator[None]:
        """Within this it is seen anyway that the command is not over: a question of it is open."""
        self._questions += 1
        try:
            yield
        finally:
            self._questions -= 1

    def answered(self) -> None:
        """There is an answer: nothing else is shown from now on."""
        self._answered.set()

    async def finish(self, answer: Answer) -> int:
        """Posts the answer: into the message that said it was running, or as a new one. Raises `Refused`.

        Returns the id of the message that it is in now.
        """
        text = marked(await composed(self._outbox, answer, self._limit), Kind.ANSWER, self._place, self._after)
        message = self._message
        if message is None or not await self._edited(message, text):
            message = await self._outbox.send(self._place, text, after=self._after)
        if self._typing and not self._client.busy:
            # Otherwise it ends by itself soon (https://zulip.com/api/set-typing-status).
            await self._type("stop")
        return message

    async def _edited(self, message: int, text: str) -> bool:
        try:
            await self._outbox.edit(message, text)
        except Refused as error:
            logger.info("the answer comes as a message of its own, the running one may not be edited: %s", error)
            return False
        return True

    def _running(self) -> str:
        progress = [f": {self._latest}"] if self._latest else []
        running = say("Running ", Code(" ".join(self._line.split())[:200]), *progress)
        text = render(Answer((running,)), self._limit).text
        return marked(text, Kind.RUNNING, self._place, self._after)

    async def _answer_came(self, within: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._answered.wait(), within)
        return self._answered.is_set()

    async def _type(self, what: str) -> None:
        """Shows or ends the typing notification. It is a courtesy: where it fails, nobody misses it."""
        try:
            request = {"op": what, **self._place.typing()}
            await self._client.call("POST", "typing", request, shape=Wire, within=_TYPING_WITHIN)
        except (Refused, Unavailable) as error:
            logger.debug("no typing notification in %s: %s", self._place, error)
