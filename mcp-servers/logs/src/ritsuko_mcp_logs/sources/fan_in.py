"""Many readings at once as one stream of batches: a bounded number at a time, for a bounded time, in bounded memory."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from ritsuko_mcp_logs.lines.line import Batch

Put = Callable[[Batch], Awaitable[None]]
Reader = Callable[[Put], Awaitable[None]]


async def fan_in(
    readers: Sequence[Reader], *, slots: int, seconds: float, late: Callable[[int], None]
) -> AsyncGenerator[Batch]:
    """The batches of all readers as they come. After `seconds` the unfinished ones are ended; `late(i)` tells of each.

    Readers wait while the consumer is behind. What a reader raises is raised here, once the others are done.
    """
    queue: asyncio.Queue[Batch | None] = asyncio.Queue(maxsize=slots)
    free = asyncio.Semaphore(slots)

    async def run(reader: Reader) -> None:
        async with free:
            await reader(queue.put)

    tasks = [asyncio.create_task(run(reader)) for reader in readers]

    async def supervise() -> None:
        try:
            _, unfinished = await asyncio.wait(tasks, timeout=seconds)
            for index, task in enumerate(tasks):
                if task in unfinished:
                    late(index)
            await _end(unfinished)
        finally:
            await queue.put(None)

    supervisor = asyncio.create_task(supervise()) if tasks else None
    try:
        while supervisor is not None and (batch := await queue.get()) is not None:
            yield batch
        for task in tasks:
            if not task.cancelled():
                task.result()
    finally:
        await _end([task for task in (supervisor, *tasks) if task is not None and not task.done()])


async def _end(tasks: Sequence[asyncio.Task[None]] | set[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
