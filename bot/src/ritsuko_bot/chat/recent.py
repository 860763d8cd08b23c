"""The last messages that were handled, which an edit may still change."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from ritsuko_bot.chat.message import IncomingMessage

_KEPT = 500


@dataclass(slots=True)
class Handled:
    """A message as it was last handled, the task that handles it, and the message of the bot with the answer."""

    message: IncomingMessage
    task: asyncio.Task[None]
    answer: str | None = None


class Recent:
    """The last 500 messages."""

    def __init__(self) -> None:
        self._handled: dict[str, Handled] = {}

    def began(self, message: IncomingMessage, task: asyncio.Task[None]) -> None:
        """The message, new or edited, is handled by the task now."""
        self._handled[message.id] = Handled(message, task, self.answer(message.id))
        while len(self._handled) > _KEPT:
            del self._handled[next(iter(self._handled))]

    def answered(self, message: str, answer: str) -> None:
        """The answer to the message is in that message of the bot."""
        if (known := self.get(message)) is not None:
            known.answer = answer

    def get(self, message: str) -> Handled | None:
        return self._handled.get(message)

    def answer(self, message: str) -> str | None:
        """The message of the bot with the answer, once there is one."""
        known = self.get(message)
        return known.answer if known is not None else None
