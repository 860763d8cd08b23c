"""The entry point: `ritsuko-operator`."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from typing import NoReturn

from pydantic import ValidationError

from ritsuko_common.json_logs import JsonFormatter, log_to_stderr
from ritsuko_common.redaction.redactor import redacted
from ritsuko_operator.runtime.errors import OperatorError
from ritsuko_operator.runtime.operator import run
from ritsuko_operator.runtime.settings import Settings

logger = logging.getLogger(__name__)

_PATIENCE = 10.0  # seconds for a reconcile to end when it is cancelled


def main() -> NoReturn:
    """Runs the operator; exit code 0 after a signal, 1 if it ended by itself or its settings cannot be used."""
    try:
        settings = Settings()
    except ValidationError as error:
        sys.exit(f"invalid settings: {error}")
    # kopf logs every event that it hands over
    log_to_stderr(settings.log_level, JsonFormatter(redacted), quiet=("kopf", "aiohttp.access"))
    logger.info("starting", extra={"version": settings.version})
    asyncio.run(_until_stopped(settings))
    raise AssertionError("the process has ended by now")


async def _until_stopped(settings: Settings) -> NoReturn:
    """Runs until a signal comes, and ends the process.

    It does so at once, whatever still runs: kopf's tasks can hang for ever once its session was closed, and a deaf
    operator must not live on.
    """
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    def heed_signals() -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)

    heed_signals()
    running = asyncio.create_task(run(settings, heed_signals=heed_signals))
    stopping = asyncio.create_task(stopped.wait())
    await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
    if stopped.is_set():
        running.cancel()
        await asyncio.wait((running,), timeout=_PATIENCE)
        logger.info("stopped")
        _exit(0)
    try:
        await running
    except OperatorError as error:
        logger.critical("%s", error, exc_info=error.__cause__)
    except Exception:
        logger.exception("the operator ended unexpectedly")
    _exit(1)


def _exit(code: int) -> NoReturn:
    logging.shutdown()
    os._exit(code)
