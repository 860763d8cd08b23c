"""Several readings of the same time, each in its order, as one."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, aclosing

from ritsuko_mcp_logs.sources.rows import Row


async def merged(readings: Sequence[AsyncGenerator[list[Row]]], *, newest: bool) -> AsyncGenerator[list[Row]]:
    """Groups of rows in the order of time, whatever reading they are from.

    A reading gives groups in that order, none of them empty and all rows of one moment in the same one.
    """
    sign = -1 if newest else 1

    def place(row: Row) -> int:
        return sign * row.nanoseconds

    async with AsyncExitStack() as closing:
        for reading in readings:
            await closing.enter_async_context(aclosing(reading))
        held: dict[int, list[Row]] = {number: [] for number in range(len(readings))}
        while True:
            out = [number for number, rows in held.items() if not rows]
            groups = await _next([readings[number] for number in out])
            for number, rows in zip(out, groups, strict=True):
                if rows is None:
                    del held[number]
                else:
                    held[number] = rows
            if not held:
                return
            # What comes next from any of them lies behind its group's last row.
            edge = min(place(rows[-1]) for rows in held.values())
            yield sorted((row for rows in held.values() for row in rows if place(row) <= edge), key=place)
            held = {number: [row for row in rows if place(row) > edge] for number, rows in held.items()}


async def _next(readings: Sequence[AsyncGenerator[list[Row]]]) -> list[list[Row] | None]:
    """The next group of each reading, None at its end. If one fails, the others are cancelled."""
    tasks = [asyncio.ensure_future(anext(reading, None)) for reading in readings]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
