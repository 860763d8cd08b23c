"""Many commands at once, but bounded: per person, so that nobody takes all the room, and overall."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator

_OVERALL = 32
_PER_PERSON = 4


class Turn:
    """A command's turn, which is over when it was ended, or cancelled while it was paused."""

    def __init__(self, *rooms: asyncio.Semaphore) -> None:
        self._rooms = rooms
        self._held = False

    async def begin(self) -> None:
        """Waits until there is room."""
        taken: list[asyncio.Semaphore] = []
        try:
            for room in self._rooms:
                await room.acquire()
                taken.append(room)
        except asyncio.CancelledError:
            for room in taken:
                room.release()
            raise
        self._held = True

    def end(self) -> None:
        """Leaves the room to others, if the turn holds it."""
        if self._held:
            self._held = False
            for room in self._rooms:
                room.release()

    @contextlib.asynccontextmanager
    async def paused(self) -> AsyncGenerator[None]:
        """Leaves the room to others for as long as the command only waits for a person."""
        self.end()
        yield
        await self.begin()


class Turns:
    """Who may run a command now."""

    def __init__(self, *, overall: int = _OVERALL, per_person: int = _PER_PERSON) -> None:
        self._overall = asyncio.Semaphore(overall)
        self._per_person = per_person
        self._turns: dict[int, asyncio.Semaphore] = {}
        self._users: Counter[int] = Counter()

    @contextlib.asynccontextmanager
    async def turn(self, person: int) -> AsyncGenerator[Turn]:
        """Waits for a turn of `person`, in the order of asking, and holds it."""
        turn = Turn(self._turns.setdefault(person, asyncio.Semaphore(self._per_person)), self._overall)
        self._users[person] += 1
        try:
            await turn.begin()
            try:
                yield turn
            finally:
                turn.end()
        finally:
            self._users[person] -= 1
            if not self._users[person]:
                del self._users[person], self._turns[person]
