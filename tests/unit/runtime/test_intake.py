"""What is told twice counts once, and nothing that others did is missed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ritsuko_operator.reconcile.cluster import BotKey, Object, SidecarKey
from ritsuko_operator.reconcile.kinds import BOT, DEPLOYMENT, SIDECAR
from ritsuko_operator.runtime.cache import Cache
from ritsuko_operator.runtime.intake import Intake
from ritsuko_operator.runtime.metrics import Metrics
from ritsuko_operator.runtime.queue import WorkQueue
from ritsuko_operator.runtime.routing import Key
from tests.unit.runtime.fakes import make, ref

HAL = ref(BOT, "hal")


def hal(version: int, **status: Any) -> Object:
    return {**make(BOT, "hal", version), "status": status}


@pytest.fixture
async def intake() -> Intake:
    """The bot is known, and has been looked at."""
    intake = Intake(Cache(), WorkQueue[Key](), Metrics(), debounce=0)
    intake.watched(BOT, {"type": None, "object": hal(1)})
    assert await queued(intake) == [BotKey("ops", "hal")]
    return intake


async def queued(intake: Intake) -> list[Key]:
    found: list[Key] = []
    while len(intake.queue):
        key, _ = await intake.queue.get()
        intake.queue.done(key)
        found.append(key)
    return found


async def test_our_own_status_is_no_news_neither_when_written_nor_when_watched(intake: Intake) -> None:
    intake.wrote(HAL, hal(2, observedGeneration=1))
    intake.watched(BOT, {"type": "MODIFIED", "object": hal(2, observedGeneration=1)})
    assert await queued(intake) == []


async def test_a_report_that_came_just_before_our_own_write_is_not_lost(intake: Intake) -> None:
    intake.wrote(HAL, hal(3, observedGeneration=1, runtime={"pod": "hal-1"}))
    intake.watched(BOT, {"type": "MODIFIED", "object": hal(2, runtime={"pod": "hal-1"})})
    intake.watched(BOT, {"type": "MODIFIED", "object": hal(3, observedGeneration=1, runtime={"pod": "hal-1"})})
    assert await queued(intake) == [BotKey("ops", "hal")]


async def test_an_edit_that_came_just_before_our_own_write_is_not_lost(intake: Intake) -> None:
    edited = hal(3)
    edited["metadata"]["generation"] = 2
    intake.wrote(HAL, edited)
    assert await queued(intake) == [BotKey("ops", "hal")]


async def test_a_controllers_status_that_came_just_before_our_own_write_is_not_lost(intake: Intake) -> None:
    deployment = ref(DEPLOYMENT, "hal")
    intake.watched(DEPLOYMENT, {"type": None, "object": make(DEPLOYMENT, "hal", 4)})
    await queued(intake)
    intake.wrote(deployment, {**make(DEPLOYMENT, "hal", 6), "status": {"availableReplicas": 1}})
    assert await queued(intake) == [BotKey("ops", "hal")]


async def test_a_deletion_is_news_once(intake: Intake) -> None:
    intake.watched(BOT, {"type": "DELETED", "object": hal(5)})
    intake.watched(BOT, {"type": "DELETED", "object": hal(5)})
    assert await queued(intake) == [BotKey("ops", "hal")]


async def test_a_bot_that_is_new_waits_for_the_sidecars_that_come_with_it(intake: Intake) -> None:
    intake.watched(BOT, {"type": "ADDED", "object": make(BOT, "eve", 7)})
    intake.watched(SIDECAR, {"type": "ADDED", "object": make(SIDECAR, "logs", 8, spec={"botRef": {"name": "eve"}})})
    assert await queued(intake) == []
    async with asyncio.timeout(5):
        keys = {(await intake.queue.get())[0] for _ in range(2)}
    assert keys == {BotKey("ops", "eve"), SidecarKey("ops", "logs")}
