"""The report: what this pod really runs, written to the status of the bot's own resource.

Only the holder of the Lease writes it: there is one report, and it speaks of the pod that answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from ritsuko_api.runtime import RuntimeReport
from ritsuko_bot.cluster.api import Api, ApiError
from ritsuko_bot.cluster.resource import Own
from ritsuko_bot.mcp.backoff import Backoff
from ritsuko_bot.web.metrics import Metrics

logger = logging.getLogger(__name__)

_WRITE_EVERY = 1.0
_COMPARE_EVERY = 5.0


class ReportWriter:
    """Writes the report when it changes: the first change at once, then once a second at most."""

    def __init__(self, api: Api, own: Own, current: Callable[[], RuntimeReport], metrics: Metrics) -> None:
        self._api = api
        self._own = own
        self._current = current
        self._metrics = metrics
        self._changed = asyncio.Event()
        self._problem: str | None = None

    def changed(self) -> None:
        """The report may have changed."""
        self._changed.set()

    async def run(self) -> None:
        """Writes until cancelled. The first report is written in any case: the one that stands is another pod's."""
        written: RuntimeReport | None = None
        backoff = Backoff(1.0, 30.0)
        while True:
            self._changed.clear()
            report = self._current()
            if report != written:
                if await self._write(report):
                    written = report
                    backoff.reset()
                    await asyncio.sleep(_WRITE_EVERY)
                else:
                    await asyncio.sleep(backoff.next())
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), _COMPARE_EVERY)

    async def _write(self, report: RuntimeReport) -> bool:
        try:
            await self._own.write_report(self._api, report)
        except ApiError as error:
            self._metrics.reports.labels("failed").inc()
            if str(error) != self._problem:
                logger.warning("the report cannot be written to RitsukoBot %s: %s", self._own.name, _advice(error))
            self._problem = str(error)
            return False
        self._metrics.reports.labels("written").inc()
        if self._problem is not None:
            logger.info("the report is written again")
            self._problem = None
        return True


def _advice(error: ApiError) -> str:
    match error.status:
        case 403:
            return f"{error}. The pod's ServiceAccount needs the verb patch on ritsukobots/status"
        case 404:
            return f"{error}. Is there a RitsukoBot of the name in RITSUKO_BOT?"
        case _:
            return str(error)
