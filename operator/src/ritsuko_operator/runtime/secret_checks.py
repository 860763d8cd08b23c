"""Looking at the Secrets that bots name, now and then: the operator may not watch Secrets."""

from __future__ import annotations

import asyncio
import logging

from ritsuko_operator.reconcile.errors import ApiError, ApiUnreachableError
from ritsuko_operator.reconcile.secrets import SecretReader
from ritsuko_operator.runtime.metrics import Metrics
from ritsuko_operator.runtime.queue import WorkQueue
from ritsuko_operator.runtime.routing import Key

logger = logging.getLogger(__name__)


async def check_secrets(reader: SecretReader, queue: WorkQueue[Key], metrics: Metrics, *, period: float) -> None:
    """Looks at every bot's Secrets once each `period` seconds, spread out evenly; queues the bots with a change."""
    while True:
        bots = reader.bots
        if not bots:
            await asyncio.sleep(period)
        for key in bots:
            await asyncio.sleep(period / len(bots))
            try:
                if await reader.changed(key):
                    metrics.secret_changes.inc()
                    queue.add(key)
            except (ApiError, ApiUnreachableError) as error:
                logger.warning("the Secrets of %s could not be checked: %s", key.ref, error)
