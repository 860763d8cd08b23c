"""The entry point: `ritsuko-operator`."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys

from pydantic import ValidationError

from ritsuko_operator.runtime import logs
from ritsuko_operator.runtime.errors import OperatorError
from ritsuko_operator.runtime.operator import run
from ritsuko_operator.runtime.settings import Settings

logger = logging.getLogger(__name__)


def main() -> None:
    """Runs the operator; exit code 0 after a signal, 1 if it ended by itself, 2 for settings that cannot be used."""
    try:
        settings = Settings()
    except ValidationError as error:
        sys.exit(f"the settings cannot be used: {error}")
    logs.configure(settings.log_level)
    logger.info("starting", extra={"version": settings.version})
    try:
        asyncio.run(_until_stopped(settings))
    except OperatorError as error:
        logger.critical("%s", error, exc_info=error.__cause__)
        logging.shutdown()
        os._exit(1)  # whatever else still runs, a deaf operator must not live on
    logger.info("stopped")


async def _until_stopped(settings: Settings) -> None:
    """Ends `run` on SIGTERM and SIGINT also before kopf is there to take them."""
    loop = asyncio.get_running_loop()
    running = asyncio.ensure_future(run(settings))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, running.cancel)
    try:
        await running
    except asyncio.CancelledError:
        if not running.cancelled():
            raise
