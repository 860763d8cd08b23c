"""The report is written when it changes, and again where it was lost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from ritsuko_api.runtime import RuntimeReport, ZulipReport
from ritsuko_bot.cluster.api import ApiError, Json
from ritsuko_bot.cluster.report import ReportWriter
from ritsuko_bot.cluster.resource import Own
from ritsuko_bot.metrics import Metrics


class Apiserver:
    """One RitsukoBot, and what was asked of it."""

    def __init__(self) -> None:
        self.status: dict[str, Any] = {}
        self.asked: list[str] = []
        self.may_read = True

    async def request(self, method: str, path: str, body: Json | None = None, **_: object) -> Json:
        self.asked.append(method)
        if method == "GET" and not self.may_read:
            raise ApiError("forbidden", 403)
        if body is not None:
            self.status = dict(body)["status"]  # type: ignore[assignment]
        return {"status": self.status}


@pytest.fixture
def apiserver() -> Apiserver:
    return Apiserver()


@pytest.fixture
async def reported(apiserver: Apiserver) -> AsyncIterator[RuntimeReport]:
    """What the bot reports all the time; it has written it once."""
    report = RuntimeReport(pod="hal-1", podUid="1", version="0.1.0", zulip=ZulipReport(connected=True))
    writer = ReportWriter(apiserver, Own("ops", "hal"), lambda: report, Metrics())  # type: ignore[arg-type]
    task = asyncio.create_task(writer.run())
    await asyncio.sleep(60)
    assert apiserver.asked == ["PATCH"]
    yield report
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.mark.parametrize("lost", [{}, {"runtime": {"pod": "hal-0"}}, {"runtime": None}])
async def test_a_report_that_was_lost_is_written_again_within_two_minutes(
    apiserver: Apiserver, reported: RuntimeReport, lost: dict[str, Any]
) -> None:
    apiserver.status = lost
    await asyncio.sleep(70)
    assert apiserver.asked == ["PATCH", "GET", "PATCH"]
    assert RuntimeReport.model_validate(apiserver.status["runtime"]) == reported


async def test_one_that_stands_is_looked_at_every_two_minutes_and_not_written(
    apiserver: Apiserver, reported: RuntimeReport
) -> None:
    await asyncio.sleep(600)
    assert apiserver.asked == ["PATCH", *["GET"] * 5]


async def test_where_it_cannot_be_read_nothing_is_written(apiserver: Apiserver, reported: RuntimeReport) -> None:
    apiserver.may_read = False
    await asyncio.sleep(300)
    assert apiserver.asked == ["PATCH", "GET", "GET"]
