"""The report on what this pod runs, written to the status of the bot's own resource.

Only the holder of the Lease writes it, so the one report is about the active pod.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from ritsuko_api.runtime import RuntimeReport
from ritsuko_bot.cluster.api import Api, ApiError
from ritsuko_bot.cluster.resource import Own
from ritsuko_bot.metrics import Metrics
from ritsuko_common.backoff import Backoff

logger = logging.getLogger(__name__)

_WRITE_EVERY = 1.0
_COMPARE_EVERY = 5.0
_LOOK_EVERY = 120.0


class ReportWriter:
    """Writes the report when it changes: the first change at once, then once a second at most.

    After two minutes without a write it checks that the report is still there: the resource may have been recreated,
    or its status removed.
    """

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
        """Writes until cancelled. The first report is always written, because the current one is another pod's."""
        written: RuntimeReport | None = None
        look_at = 0.0
        backoff = Backoff(1.0, 30.0)
        clock = asyncio.get_running_loop().time
        while True:
            self._changed.clear()
            report = self._current()
            if written is not None and clock() >= look_at:
                look_at = clock() + _LOOK_EVERY
                if not await self._stands(written):
                    written = None
            if report != written:
                if await self._write(report):
                    written = report
                    look_at = clock() + _LOOK_EVERY
                    backoff.reset()
                    await asyncio.sleep(_WRITE_EVERY)
                else:
                    await asyncio.sleep(backoff.next())
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), min(_COMPARE_EVERY, _LOOK_EVERY))

    async def _stands(self, report: RuntimeReport) -> bool:
        """Whether the resource still has that report; true if it cannot be read."""
        try:
            live = await self._own.read_report(self._api)
        except ApiError as error:
            logger.debug("cannot read the report in RitsukoBot %s: %s", self._own.name, error)
            return True
        if live != report:
            logger.info("the report in RitsukoBot %s is missing or different, writing it again", self._own.name)
        return live == report

    async def _write(self, report: RuntimeReport) -> bool:
        try:
            await self._own.write_report(self._api, report)
        except ApiError as error:
            self._metrics.reports.labels("failed").inc()
            if str(error) != self._problem:
                logger.warning("cannot write the report to RitsukoBot %s: %s", self._own.name, _advice(error))
            self._problem = str(error)
            return False
        self._metrics.reports.labels("written").inc()
        if self._problem is not None:
            logger.info("the report can be written again")
            self._problem = None
        return True


def _advice(error: ApiError) -> str:
    match error.status:
        case 403:
            return f"{error}. The pod's ServiceAccount needs the verb patch on ritsukobots/status"
        case 404:
            return f"{error}. Check that RITSUKO_BOT names an existing RitsukoBot"
        case _:
            return str(error)
