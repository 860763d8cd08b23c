"""Looking at the Secrets that bots name, now and then: the operator may not watch Secrets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from ritsuko_operator.reconcile.cluster import ObjectRef
from ritsuko_operator.reconcile.credentials.secrets import SecretReader
from ritsuko_operator.reconcile.errors import ApiError, ApiUnreachableError
from ritsuko_operator.runtime.metrics import Metrics
from ritsuko_operator.runtime.queue import WorkQueue
from ritsuko_operator.runtime.routing import Key

logger = logging.getLogger(__name__)


async def check_secrets(
    reader: SecretReader,
    which: Callable[[], Sequence[ObjectRef]],
    queue: WorkQueue[Key],
    metrics: Metrics,
    *,
    period: float,
) -> None:
    """Looks at each of `which` once in `period` seconds, spread out evenly; queues the bots for which it changed."""
    while True:
        refs = which()
        if not refs:
            await asyncio.sleep(period)
        for ref in refs:
            await asyncio.sleep(period / len(refs))
            try:
                changed = await reader.changed(ref)
            except (ApiError, ApiUnreachableError) as error:
                logger.warning("%s could not be checked: %s", ref, error)
                continue
            if changed:
                metrics.secret_changes.inc()
            for key in changed:
                queue.add(key)
