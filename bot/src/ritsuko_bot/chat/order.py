"""Commands start in the order in which they were sent, unless one is delayed before it can start."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable

_PATIENCE = 2.0


class Order:
    """A queue in which all prepare at the same time. None waits longer than `patience` seconds for another."""

    def __init__(self, *, patience: float = _PATIENCE) -> None:
        self._patience = patience
        self._last: asyncio.Future[None] | None = None

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncGenerator[Callable[[], Awaitable[None]]]:
        """Takes the last place until the block ends. The yielded function waits until the place before is free."""
        before = self._last
        mine = self._last = asyncio.get_running_loop().create_future()

        async def reached() -> None:
            if before is not None:
                await asyncio.wait({before}, timeout=self._patience)

        try:
            yield reached
        finally:
            mine.set_result(None)
