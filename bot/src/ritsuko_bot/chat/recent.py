"""The last messages that were handled: what an edit may still change."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from ritsuko_bot.chat.zulip.api import Message

_REMEMBERED = 500


@dataclass(slots=True)
class Handled:
    """A message as it was last handled, the task that does it, and the message that the answer is in."""

    message: Message
    task: asyncio.Task[None]
    answer: int | None = None


class Recent:
    """Knows the last 500."""

    def __init__(self) -> None:
        self._handled: dict[int, Handled] = {}

    def began(self, message: Message, task: asyncio.Task[None]) -> None:
        """The message, new or edited, is handled by the task now."""
        self._handled[message.id] = Handled(message, task, self.answer(message.id))
        while len(self._handled) > _REMEMBERED:
            del self._handled[next(iter(self._handled))]

    def answered(self, message: int, answer: int) -> None:
        """The answer to the message is in that message of the bot."""
        if (known := self.get(message)) is not None:
            known.answer = answer

    def get(self, message: int) -> Handled | None:
        return self._handled.get(message)

    def answer(self, message: int) -> int | None:
        """The message of the bot that has the answer, once there is one."""
        known = self.get(message)
        return known.answer if known is not None else None
