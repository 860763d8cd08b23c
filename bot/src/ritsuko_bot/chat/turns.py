"""Limits how many commands run at a time, per person and in total.

There are two bounds. A narrow one is for commands that are over in a moment, and keeps a backlog from becoming a storm
of requests. A command that takes longer gives way: it only waits for its server, and must not hold up those who ask
another one. A wide bound is for all that run.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncGenerator, Generator, Sequence
from dataclasses import dataclass

_SLOW_AFTER = 1.0


@dataclass(frozen=True, slots=True)
class Bound:
    """The most commands at once: of all people, and of one."""

    overall: int
    per_person: int


_NARROW = Bound(overall=32, per_person=4)
_WIDE = Bound(overall=256, per_person=16)


class Turn:
    """A command's turn: it holds room in both bounds, after a while in the wide one alone."""

    def __init__(
        self, wide: Sequence[asyncio.Semaphore], narrow: Sequence[asyncio.Semaphore], *, slow_after: float
    ) -> None:
        self._wide = wide
        self._narrow = narrow
        self._slow_after = slow_after
        self._held: list[asyncio.Semaphore] = []
        self._timer: asyncio.TimerHandle | None = None

    async def begin(self) -> None:
        """Waits until there is room."""
        try:
            for room in (*self._wide, *self._narrow):
                await room.acquire()
                self._held.append(room)
        except asyncio.CancelledError:
            self.end()
            raise
        self._timer = asyncio.get_running_loop().call_later(self._slow_after, self._give_way)

    def end(self) -> None:
        """Frees the room that it holds."""
        if self._timer is not None:
            self._timer.cancel()
        for room in self._held:
            room.release()
        self._held.clear()

    def _give_way(self) -> None:
        for room in self._narrow:
            room.release()
            self._held.remove(room)

    @contextlib.asynccontextmanager
    async def paused(self) -> AsyncGenerator[None]:
        """Frees all room while the command only waits for a person."""
        self.end()
        yield
        await self.begin()


class Turns:
    """The turns of all people. A command gives way after `slow_after` seconds."""

    def __init__(self, *, narrow: Bound = _NARROW, wide: Bound = _WIDE, slow_after: float = _SLOW_AFTER) -> None:
        self._rooms = [_Rooms(wide), _Rooms(narrow)]
        self._slow_after = slow_after

    @contextlib.asynccontextmanager
    async def turn(self, person: str) -> AsyncGenerator[Turn]:
        """Waits for a turn of `person`, in the order of asking, and holds it."""
        with contextlib.ExitStack() as stack:
            wide, narrow = (stack.enter_context(rooms.of(person)) for rooms in self._rooms)
            turn = Turn(wide, narrow, slow_after=self._slow_after)
            await turn.begin()
            try:
                yield turn
            finally:
                turn.end()


class _Rooms:
    """The room that one bound leaves."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound
        self._overall = asyncio.Semaphore(bound.overall)
        self._own: dict[str, asyncio.Semaphore] = {}
        self._users: Counter[str] = Counter()

    @contextlib.contextmanager
    def of(self, person: str) -> Generator[Sequence[asyncio.Semaphore]]:
        own = self._own.setdefault(person, asyncio.Semaphore(self._bound.per_person))
        self._users[person] += 1
        try:
            # Their own first: who waits for that takes no room of others.
            yield own, self._overall
        finally:
            self._users[person] -= 1
            if not self._users[person]:
                del self._users[person], self._own[person]
