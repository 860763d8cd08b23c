"""The reply to one message, from a typing notification over a running note to the answer, in one message."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Generator

from ritsuko_bot.answers.answer import Answer, Code, say
from ritsuko_bot.chat.errors import ChatRefused
from ritsuko_bot.chat.message import IncomingMessage, MessageKind, OutgoingMessage
from ritsuko_bot.chat.port import Chat

logger = logging.getLogger(__name__)

_TYPING_AFTER = 0.25
_RUNNING_AFTER = 1.0
_PROGRESS_EVERY = 3.0


class Reply:
    """The reply to `message`.

    `posted` is a message of the bot that the answer goes into: a running note, or an earlier answer. None: a new one.
    """

    def __init__(self, chat: Chat, message: IncomingMessage, *, posted: str | None = None) -> None:
        self._chat = chat
        self._message = message
        self._answered = asyncio.Event()
        self._typing = False
        self._questions = 0
        self._showing = asyncio.Lock()
        self._shown: Answer | None = None
        self._latest: str | None = None
        self._posted = posted

    async def show_running(self) -> None:
        """Shows that the bot is at work, for as long as there is no answer. Returns after `answered` was called.

        While requests to the chat have to wait, answers go first: a running note would delay them further.
        """
        if await self._answer_came(_TYPING_AFTER):
            return
        if not self._chat.busy:
            self._typing = True
            await self._chat.typing(self._message.place, on=True)
        try:
            wait = _RUNNING_AFTER - _TYPING_AFTER
            while not await self._answer_came(wait):
                if not (self._chat.busy or self._questions):
                    await self.announce()
                wait = _PROGRESS_EVERY
        except ChatRefused as error:
            logger.info("could not show in %s that a call is running: %s", self._message.place, error)
            await self._answered.wait()

    async def announce(self) -> None:
        """Posts that the command is running and how far it is, unless that is shown. Raises `ChatRefused`."""
        async with self._showing:
            note = self._running_note()
            if note == self._shown:
                return
            self._posted = await self._chat.post(self._outgoing(MessageKind.RUNNING, note), replace=self._posted)
            self._shown = note

    async def progress(self, text: str) -> None:
        """What a running call reports; the running note shows it soon."""
        self._latest = text

    @contextlib.contextmanager
    def asking(self) -> Generator[None]:
        """Meanwhile an open question shows that the command is not over."""
        self._questions += 1
        try:
            yield
        finally:
            self._questions -= 1

    def answered(self) -> None:
        """There is an answer: nothing else is shown from now on."""
        self._answered.set()

    async def finish(self, answer: Answer) -> str:
        """Posts the answer, in place of the running note if there is one; returns its id. Raises `ChatRefused`."""
        posted = await self._chat.post(self._outgoing(MessageKind.ANSWER, answer), replace=self._posted)
        if self._typing and not self._chat.busy:
            await self._chat.typing(self._message.place, on=False)
        return posted

    def _outgoing(self, kind: MessageKind, content: Answer) -> OutgoingMessage:
        return OutgoingMessage(kind, self._message.place, self._message.id, content)

    def _running_note(self) -> Answer:
        progress = [f": {self._latest}"] if self._latest else []
        return Answer((say("Running ", Code(" ".join(self._message.text.split())[:200]), *progress),))

    async def _answer_came(self, within: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._answered.wait(), within)
        return self._answered.is_set()
