"""What the bot's questions wait for: the next message of a person in a place, or a vote under a message."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Generator, Iterable, Sequence

from ritsuko_bot.chat.message import APPROVE, REJECT, IncomingMessage, Reaction
from ritsuko_bot.chat.place import Place

Ballot = tuple[str, bool]
"""Who voted, and whether in favour."""


class Waiting:
    """The open questions; what comes in is given to the one that waits for it."""

    def __init__(self) -> None:
        self._replies: dict[tuple[Place, str], asyncio.Future[IncomingMessage | None]] = {}
        self._ballots: dict[str, asyncio.Queue[Ballot]] = {}

    @contextlib.contextmanager
    def reply(self, place: Place, person: str) -> Generator[asyncio.Future[IncomingMessage | None]]:
        """The next message of the person in that place; None as soon as another question to them waits there."""
        key = (place, person)
        future: asyncio.Future[IncomingMessage | None] = asyncio.get_running_loop().create_future()
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
    def votes(self, message: str) -> Generator[asyncio.Queue[Ballot]]:
        """The votes under a message from now on. One may come twice."""
        ballots = self._ballots[message] = asyncio.Queue()
        try:
            yield ballots
        finally:
            del self._ballots[message]

    @property
    def voted_on(self) -> Sequence[str]:
        """The messages under which votes are waited for."""
        return list(self._ballots)

    def takes(self, message: IncomingMessage) -> bool:
        """True if the message was waited for: it is the reply to a question then, and not a command."""
        future = self._replies.get((message.place, message.author))
        if future is None or future.done():
            return False
        future.set_result(message)
        return True

    def count(self, message: str, reactions: Iterable[Reaction]) -> None:
        """These emoji are under the message."""
        ballots = self._ballots.get(message)
        if ballots is None:
            return
        for reaction in reactions:
            if reaction.emoji in (APPROVE, REJECT):
                ballots.put_nowait((reaction.person, reaction.emoji == APPROVE))
