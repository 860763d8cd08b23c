"""Commands begin in the order in which they were given, unless one is held up before it can begin."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable

_PATIENCE = 2.0


class Order:
    """A queue in which all get ready at the same time. Nobody waits for longer than `patience` seconds for another."""

    def __init__(self, *, patience: float = _PATIENCE) -> None:
        self._patience = patience
        self._last: asyncio.Future[None] | None = None

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncGenerator[Callable[[], Awaitable[None]]]:
        """Takes the last place, and leaves it at the end. What it gives waits until the one before has left its own."""
        before = self._last
        mine = self._last = asyncio.get_running_loop().create_future()

        async def reached() -> None:
            if before is not None:
                await asyncio.wait({before}, timeout=self._patience)

        try:
            yield reached
        finally:
            mine.set_result(None)
