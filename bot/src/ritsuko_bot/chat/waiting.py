"""What questions of the bot wait for: the next message of somebody in a place, or a vote under a message."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Generator, Iterable, Sequence

from ritsuko_bot.chat.place import Place
from ritsuko_bot.chat.zulip.api import Event, Message, Reaction

_APPROVES = "1f44d"
_REFUSES = "1f44e"
THUMBS = ("+1", "-1")

Ballot = tuple[int, bool]
"""Who voted, and whether in favour."""


class Waiting:
    """The open questions, and the hand that deals what comes in to them."""

    def __init__(self) -> None:
        self._replies: dict[tuple[Place, int], asyncio.Future[Message | None]] = {}
        self._ballots: dict[int, asyncio.Queue[Ballot]] = {}
        self._newest = 0

    @contextlib.contextmanager
    def reply(self, place: Place, person: int) -> Generator[asyncio.Future[Message | None]]:
        """The next message of the person in that place; None as soon as another question to them waits there."""
        key = (place, person)
        future: asyncio.Future[Message | None] = asyncio.get_running_loop().create_future()
        before = self._replies.get(key)
        if before is not None and not before.done():
            before.set_result(None)
        self._replies[key] = future
        try:
            yield future
        finally:
            if self._replies.get(key) is future:
                del self._replies[key]

    @contextlib.contextmanager
    def votes(self, message: int) -> Generator[asyncio.Queue[Ballot]]:
        """The votes under a message from now on. One may come twice."""
        ballots = self._ballots[message] = asyncio.Queue()
        try:
            yield ballots
        finally:
            del self._ballots[message]

    @property
    def voted_on(self) -> Sequence[int]:
        """The messages under which votes are waited for."""
        return list(self._ballots)

    def takes(self, place: Place, message: Message) -> bool:
        """True if the message was waited for: it is the answer to a question then, and no command.

        It is told of every message, in order. One that comes a second time is waited for by nobody.
        """
        if message.id <= self._newest:
            return False
        self._newest = message.id
        future = self._replies.get((place, message.sender_id))
        if future is None or future.done():
            return False
        future.set_result(message)
        return True

    def reacted(self, event: Event) -> None:
        """Somebody put an emoji under a message, or took it away."""
        if event.op == "add" and event.user_id is not None:
            reaction = Reaction(user_id=event.user_id, emoji_code=event.emoji_code, reaction_type=event.reaction_type)
            self.count(event.message_id, [reaction])

    def count(self, message: int, reactions: Iterable[Reaction]) -> None:
        """These emoji are under the message."""
        ballots = self._ballots.get(message)
        if ballots is None:
            return
        for reaction in reactions:
            if reaction.reaction_type == "unicode_emoji" and reaction.emoji_code in (_APPROVES, _REFUSES):
                ballots.put_nowait((reaction.user_id, reaction.emoji_code == _APPROVES))
