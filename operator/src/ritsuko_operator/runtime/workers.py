"""The workers: each takes a key, reconciles it, and puts it back if that did not work."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass

from ritsuko_operator.reconcile.bot import BotReconciler
from ritsuko_operator.reconcile.cluster import BotKey
from ritsuko_operator.reconcile.errors import ReconcileError
from ritsuko_operator.reconcile.sidecar import SidecarReconciler
from ritsuko_operator.runtime.metrics import Metrics
from ritsuko_operator.runtime.queue import WorkQueue
from ritsuko_operator.runtime.routing import Key

logger = logging.getLogger(__name__)


@dataclass
class Workers:
    """What the workers share. `timeout` is the deadline of one reconcile, in seconds."""

    queue: WorkQueue[Key]
    bots: BotReconciler
    sidecars: SidecarReconciler
    metrics: Metrics
    timeout: float

    async def work(self) -> None:
        """One worker, for ever."""
        while True:
            key, waited = await self.queue.get()
            self.metrics.queue_seconds.observe(waited)
            try:
                await self._reconcile(key)
            finally:
                self.queue.done(key)

    async def _reconcile(self, key: Key) -> None:
        kind = key.ref.kind.name
        start = time.monotonic()
        result = "done"
        try:
            async with asyncio.timeout(self.timeout):
                again = await self._one(key)
        except (ReconcileError, TimeoutError) as error:
            result = "retry"
            delay = self.queue.retry(key)
            logger.warning("%s: %s", key.ref, str(error) or "timed out", extra={"again_in_seconds": round(delay, 2)})
        except Exception as error:  # a defect that one resource brings to light must not stop the others
            result = "error"
            delay = self.queue.retry(key)
            logger.exception("%s: reconcile failed", key.ref, extra={"again_in_seconds": round(delay, 2)})
            await self._admit(key, error)
        else:
            self.queue.forget(key)
            if again is not None:
                self.queue.add(key, after=again)
        self.metrics.reconciles.labels(kind, result).inc()
        self.metrics.reconcile_seconds.labels(kind).observe(time.monotonic() - start)

    async def _admit(self, key: Key, error: Exception) -> None:
        """A bot's status says that the operator failed on it."""
        if not isinstance(key, BotKey):
            return
        try:
            async with asyncio.timeout(self.timeout):
                await self.bots.failed(key, error)
        except Exception:  # the same defect, perhaps
            logger.exception("%s: the error could not be written to its status", key.ref)

    async def _one(self, key: Key) -> float | None:
        if isinstance(key, BotKey):
            return await self.bots.reconcile(key)
        await self.sidecars.reconcile(key)
        return None
