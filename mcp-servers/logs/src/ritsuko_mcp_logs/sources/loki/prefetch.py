"""Readings that follow each other, begun before it is their turn."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")


async def one_after_another(readings: Sequence[AsyncGenerator[T]], *, at_once: int, held: int) -> AsyncGenerator[T]:
    """All of the first reading, then all of the second, and so on, while up to `at_once` of them are under way. Of each
    at most `held` groups wait here for their turn.

    What a reading raises is raised when it would have been its turn.
    """
    free = asyncio.Semaphore(at_once)

    async def read(reading: AsyncGenerator[T], queue: asyncio.Queue[T | None]) -> None:
        async with free, aclosing(reading):
            try:
                async for group in reading:
                    await queue.put(group)
            except Exception:
                await queue.put(None)
                raise
            await queue.put(None)

    queues = [asyncio.Queue[T | None](held) for _ in readings]
    # Who asked first for a place gets it first: the one whose turn it is never waits for those behind it.
    tasks = [asyncio.create_task(read(*each)) for each in zip(readings, queues, strict=True)]
    try:
        for task, queue in zip(tasks, queues, strict=True):
            while (group := await queue.get()) is not None:
                yield group
            await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
