"""Leader election by Lease: of several operators one works, the others watch and are ready to take over.

The rules are client-go's (k8s.io/client-go/tools/leaderelection): versioned writes, expiry by the observer's own clock.
One thing is added. Whoever has the Lease writes only while it was renewed a short time ago by a clock that also runs
while the process is frozen: so a leader that wakes up after its successor has begun does nothing any more.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from ritsuko_operator.reconcile.cluster import Object, ObjectRef
from ritsuko_operator.reconcile.errors import ApiError, ApiUnreachableError
from ritsuko_operator.reconcile.kinds import Kind
from ritsuko_operator.runtime.api import Api
from ritsuko_operator.runtime.errors import LeadershipLostError

logger = logging.getLogger(__name__)

LEASE = Kind("coordination.k8s.io/v1", "Lease", "leases")

_LOST_A_RACE = 409
_JITTER = 0.2


@dataclass(frozen=True)
class Terms:
    """Seconds, as client-go has them: `duration` > `deadline` > `retry`."""

    duration: float = 15.0  # how long a Lease holds that nobody renews
    deadline: float = 10.0  # how long after its last renewal the leader still works
    retry: float = 2.0


class Election:
    """One candidate. `identity` is like no other's and stays the same when it is restarted: then it need not wait."""

    def __init__(
        self, api: Api, *, namespace: str, name: str, identity: str, terms: Terms, clock: Callable[[], float]
    ) -> None:
        self._api = api
        self._ref = ObjectRef(LEASE, namespace, name)
        self._identity = identity
        self._terms = terms
        self._clock = clock
        self._seen: tuple[Any, float] | None = None  # the spec that was seen last, and when it was seen first
        self._until = 0.0

    @property
    def leading(self) -> bool:
        """Whether this one may write now."""
        return self._clock() < self._until

    async def acquire(self) -> None:
        """Waits until this one leads."""
        logger.info("waiting for leadership", extra={"lease": str(self._ref), "identity": self._identity})
        while True:
            if await self._attempt():
                break
            await asyncio.sleep(self._terms.retry * (1 + _JITTER * random.random()))
        logger.info("leading", extra={"lease": str(self._ref), "identity": self._identity})

    async def keep(self) -> NoReturn:
        """Renews the Lease for as long as that works; raises `LeadershipLostError` then."""
        while True:
            await asyncio.sleep(self._terms.retry)
            if not await self._attempt() and not self.leading:
                raise LeadershipLostError(f"{self._ref} could not be renewed for {self._terms.deadline:g} s")

    async def release(self) -> None:
        """Gives the Lease back, so that the next one need not wait until it expires."""
        if not self.leading:
            return
        self._until = 0.0
        try:
            async with asyncio.timeout(self._terms.retry):
                live = await self._api.get(self._ref)
                if live is not None and live["spec"].get("holderIdentity") == self._identity:
                    spec = {**live["spec"], "holderIdentity": "", "leaseDurationSeconds": 1, "renewTime": _now()}
                    await self._api.replace(self._ref, {**live, "spec": spec})
        except (ApiError, ApiUnreachableError, TimeoutError) as error:
            logger.warning("%s was not released and has to expire: %s", self._ref, error)

    async def _attempt(self) -> bool:
        """Takes or renews the Lease; returns whether that worked."""
        began = self._clock()
        try:
            async with asyncio.timeout(self._terms.deadline - self._terms.retry):
                taken = await self._take_or_renew()
        except (ApiError, ApiUnreachableError, TimeoutError) as error:
            if not (isinstance(error, ApiError) and error.status == _LOST_A_RACE):
                logger.warning("%s: %s", self._ref, str(error) or "no response in time")
            return False
        if taken:
            self._until = began + self._terms.deadline
        return taken

    async def _take_or_renew(self) -> bool:
        live = await self._api.get(self._ref)
        if live is None:
            await self._api.create(LEASE, self._ref.namespace, self._manifest({"metadata": {}}, {}))
            return True
        spec: Object = live.get("spec") or {}
        if self._seen is None or self._seen[0] != spec:
            self._seen = spec, self._clock()
        holder = spec.get("holderIdentity")
        duration = float(spec.get("leaseDurationSeconds") or self._terms.duration)
        if holder and holder != self._identity and self._clock() < self._seen[1] + duration:
            return False
        await self._api.replace(self._ref, self._manifest(live, spec))
        return True

    def _manifest(self, live: Object, spec: Object) -> Object:
        mine = spec.get("holderIdentity") == self._identity
        now = _now()
        return {
            "apiVersion": LEASE.api_version,
            "kind": LEASE.name,
            "metadata": {**live["metadata"], "name": self._ref.name, "namespace": self._ref.namespace},
            "spec": {
                **spec,
                "holderIdentity": self._identity,
                "leaseDurationSeconds": round(self._terms.duration),
                "acquireTime": spec.get("acquireTime", now) if mine else now,
                "renewTime": now,
                "leaseTransitions": int(spec.get("leaseTransitions") or 0) + (0 if mine or not spec else 1),
            },
        }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
