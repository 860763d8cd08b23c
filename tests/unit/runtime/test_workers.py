"""A worker outlives what it meets, and lets a bot's status say that the operator failed on it."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from ritsuko_operator.reconcile.cluster import BotKey
from ritsuko_operator.runtime.metrics import Metrics
from ritsuko_operator.runtime.queue import WorkQueue
from ritsuko_operator.runtime.routing import Key
from ritsuko_operator.runtime.workers import Workers

BAD, GOOD = BotKey("ops", "bad"), BotKey("ops", "good")


class Bots:
    """Of two bots one brings a defect to light; `mute`: the status cannot say so either."""

    def __init__(self, *, mute: bool) -> None:
        self.mute = mute
        self.told: list[tuple[BotKey, Exception]] = []
        self.good_is_done = asyncio.Event()

    async def reconcile(self, key: BotKey) -> None:
        if key == BAD:
            raise KeyError("nobody thought of this")
        self.good_is_done.set()

    async def failed(self, key: BotKey, error: Exception) -> None:
        if self.mute:
            raise error
        self.told.append((key, error))


@pytest.mark.parametrize("mute", [False, True])
async def test_a_defect_is_told_of_its_bot_and_stops_no_other(mute: bool) -> None:
    bots, queue = Bots(mute=mute), WorkQueue[Key]()
    workers = Workers(queue, bots, bots, Metrics(), timeout=5)  # pyright: ignore[reportArgumentType]
    queue.add(BAD)
    queue.add(GOOD)
    working = asyncio.create_task(workers.work())
    async with asyncio.timeout(5):
        await bots.good_is_done.wait()
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working
    assert [(key, type(error)) for key, error in bots.told] == ([] if mute else [(BAD, KeyError)])
