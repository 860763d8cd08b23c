"""A second chat, as small as one can be: what is posted in it is kept in a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ritsuko_api.identity import User
from ritsuko_bot.access.person import Person
from ritsuko_bot.answers.terminal import render
from ritsuko_bot.chat.message import IncomingMessage, MessageKind, OutgoingMessage, Reaction
from ritsuko_bot.chat.place import Place


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread of a channel."""

    channel: str | None
    name: str = "deploys"

    def __str__(self) -> str:
        return f"{self.channel}/{self.name}"


OPS = Thread("ops")


class Room:
    """A chat that does as it is told. `asked` counts how often somebody wanted to know whether it is busy.

    `log` has all that was done in it, `texts` what every message of the bot says now.
    """

    can_ask = True

    def __init__(self, *, busy: bool = False) -> None:
        self.log: list[str] = []
        self.texts: dict[str, str] = {}
        self.under: dict[str, list[Reaction]] = {}
        self.asked = 0
        self._busy = busy

    @property
    def busy(self) -> bool:
        self.asked += 1
        return self._busy

    async def person(self, person: str, *, now: bool = False) -> Person | None:
        if person == "bot":
            return None
        return Person(User(person, f"{person}@example.com", "moderator"), person)

    async def read(self, message: str) -> IncomingMessage | None:
        return None

    async def post(self, message: OutgoingMessage, *, replace: str | None = None) -> str:
        text = render(message.content, colour=False, width=80)
        posted = replace or f"own-{len(self.texts) + 1}"
        self.log.append(f"{'edit' if replace else 'post'} {posted} {text}")
        self.texts[posted] = text
        return posted

    def fits(self, message: OutgoingMessage) -> bool:
        return message.kind is MessageKind.QUESTION

    async def react(self, message: str, emoji: str) -> None:
        self.log.append(f"react {message} {emoji}")

    async def reactions(self, message: str) -> Sequence[Reaction]:
        return self.under.get(message, ())

    async def typing(self, place: Place, *, on: bool) -> None:
        self.log.append(f"typing {'on' if on else 'off'}")


class Open:
    """An inbox without a memory beyond the process."""

    def __init__(self) -> None:
        self.open: set[str] = set()
        self.done: set[str] = set()

    def skip(self, message: str) -> None: ...

    def take(self, message: str) -> bool:
        if message in self.open | self.done:
            return False
        self.open.add(message)
        return True

    def finish(self, message: str) -> None:
        self.open.discard(message)
        self.done.add(message)

    def reopen(self, message: str) -> bool:
        if message not in self.done:
            return False
        self.done.discard(message)
        self.open.add(message)
        return True


def wrote(
    text: str, *, id: str = "m1", author: str = "ada", place: Place = OPS, sent: datetime | None = None, to: bool = True
) -> IncomingMessage:
    """What somebody wrote just now."""
    return IncomingMessage(id, author, place, text, sent or datetime.now(UTC), addressed=to)
