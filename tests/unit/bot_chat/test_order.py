"""Commands begin as they were given, although they get ready at the same time."""

from __future__ import annotations

import asyncio

from ritsuko_bot.chat.order import Order


class Stage:
    """Commands that get ready when a test says so."""

    def __init__(self, order: Order) -> None:
        self.begun: list[str] = []
        self.ready: dict[str, asyncio.Event] = {}
        self._order = order
        self._tasks: list[asyncio.Task[None]] = []

    async def give(self, *names: str) -> None:
        for name in names:
            self.ready[name] = asyncio.Event()
            self._tasks.append(asyncio.create_task(self._run(name)))
        await settled()

    def take_back(self, number: int) -> None:
        self._tasks[number].cancel()

    async def _run(self, name: str) -> None:
        async with self._order.kept() as reached:
            await self.ready[name].wait()
            await reached()
        self.begun.append(name)


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_whoever_is_ready_early_waits_for_those_before() -> None:
    stage = Stage(Order(patience=60))
    await stage.give("a", "b", "c")
    stage.ready["c"].set()
    stage.ready["b"].set()
    await settled()
    assert stage.begun == []
    stage.ready["a"].set()
    await settled()
    assert stage.begun == ["a", "b", "c"]


async def test_one_that_is_given_up_holds_up_nobody() -> None:
    stage = Stage(Order(patience=60))
    await stage.give("a", "b")
    stage.ready["b"].set()
    stage.take_back(0)
    await settled()
    assert stage.begun == ["b"]


async def test_one_that_never_gets_ready_holds_the_others_up_for_a_moment_only() -> None:
    stage = Stage(Order(patience=0.01))
    await stage.give("never", "b", "c")
    stage.ready["b"].set()
    stage.ready["c"].set()
    async with asyncio.timeout(5):
        while True:
            if stage.begun == ["b", "c"]:
                break
            await asyncio.sleep(0.001)
    stage.take_back(0)
