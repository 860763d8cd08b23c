"""Many commands at once, but bounded: per person, so that nobody takes all the room, and overall."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator

_OVERALL = 32
_PER_PERSON = 4


class Turns:
    """Who may run a command now."""

    def __init__(self, *, overall: int = _OVERALL, per_person: int = _PER_PERSON) -> None:
        self._overall = asyncio.Semaphore(overall)
        self._per_person = per_person
        self._turns: dict[int, asyncio.Semaphore] = {}
        self._users: Counter[int] = Counter()

    @contextlib.asynccontextmanager
    async def turn(self, person: int) -> AsyncGenerator[None]:
        """Waits for a turn of `person`, in the order of asking, and holds it."""
        turns = self._turns.setdefault(person, asyncio.Semaphore(self._per_person))
        self._users[person] += 1
        try:
            async with turns, self._overall:
                yield
        finally:
            self._users[person] -= 1
            if not self._users[person]:
                del self._users[person], self._turns[person]
