"""Who of several does the work: a Lease that one holds, renews and gives back, and another takes when it has run out.

The rules are client-go's (https://pkg.go.dev/k8s.io/client-go/tools/leaderelection): every write names the version that
was read, so that two can never both succeed. A candidate that sees no change of the Lease for as long as it lasts, by
its own clock, may take it. One thing is added: the holder relies on it only while it was renewed a short time ago. That
clock also runs while the process is frozen, so a holder that wakes up after its successor has begun does nothing.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from ritsuko_common.json_value import JsonValue
from ritsuko_common.rfc3339 import format_rfc3339

Json = dict[str, JsonValue]

_JITTER = 0.2  # so that those who wait do not all ask at once


class LeaseUnavailable(Exception):
    """The Lease could not be read or written. The message is for people."""


class LeaseChanged(LeaseUnavailable):
    """Somebody else was faster, or deleted it: what was read is out of date."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, as client-go has them: `duration` > `deadline` > `retry`.

    `duration`: how long a Lease holds that nobody renews. `deadline`: how long after its last renewal the holder still
    relies on it. `renew_every`: how often it is renewed. `retry`: how often others look, and how soon what failed is
    tried again.
    """

    duration: float = 15.0
    deadline: float = 10.0
    renew_every: float = 4.0
    retry: float = 2.0


@dataclass(frozen=True, slots=True)
class Lease:
    """A Lease as the apiserver keeps it."""

    manifest: Json

    @property
    def spec(self) -> Json:
        spec = self.manifest.get("spec")
        return spec if isinstance(spec, dict) else {}

    @property
    def version(self) -> str:
        metadata = self.manifest.get("metadata")
        return str(metadata.get("resourceVersion", "")) if isinstance(metadata, dict) else ""

    @property
    def holder(self) -> str:
        return str(self.spec.get("holderIdentity") or "")

    def number(self, field: str, default: float) -> float:
        value = self.spec.get(field)
        return float(value) if isinstance(value, int | float) and value else default


class LeaseStore(Protocol):
    """Where the Lease is kept. Raises `LeaseChanged` for 404 and 409 of a write, else `LeaseUnavailable`."""

    async def read(self) -> Lease | None: ...

    async def create(self, spec: Json) -> Lease: ...

    async def update(self, lease: Lease, spec: Json) -> Lease:
        """Writes the spec if the Lease still has the version of `lease`."""
        ...


class Candidate:
    """One that wants the Lease, as `identity`: like no other's, and the same after a restart, so that it need not wait.

    `clock` gives seconds of this machine: what other machines say of the time proves nothing. `noted` is called after
    each try, when `holder` and `problem` are up to date.
    """

    def __init__(
        self,
        store: LeaseStore,
        *,
        identity: str,
        timing: Timing,
        clock: Callable[[], float],
        noted: Callable[[], None] = lambda: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.problem: str | None = None
        self.holder = ""
        self._store = store
        self._identity = identity
        self._timing = timing
        self._clock = clock
        self._noted = noted
        self._chance = chance
        self._lease: Lease | None = None  # as it was read or written last; None if that is out of date
        self._seen: tuple[Mapping[str, JsonValue], float] | None = None  # the spec that was seen last, and since when
        self._until = 0.0

    @property
    def holding(self) -> bool:
        """Whether this one may rely on the Lease now."""
        return self._clock() < self._until

    async def acquire(self) -> None:
        """Returns when this one holds the Lease."""
        while True:
            if await self._attempt():
                return
            await asyncio.sleep(self._timing.retry * (1 + _JITTER * self._chance()))

    async def renew(self) -> None:
        """Renews the Lease; returns when it cannot be relied on any more."""
        pause = self._timing.renew_every
        while True:
            await asyncio.sleep(pause)
            if await self._attempt():
                pause = self._timing.renew_every
            elif not self.holding:
                return
            else:
                # Late enough to be of use, early enough to notice the deadline.
                pause = min(self._timing.retry, max(0.0, self._until - self._clock()))

    async def release(self) -> None:
        """Gives the Lease back, so that the next one need not wait until it runs out. Raises `LeaseUnavailable`."""
        if not self.holding or self._lease is None:
            return
        self._until = 0.0
        # A holder of "" is what client-go writes for "free".
        free: Json = {"holderIdentity": "", "leaseDurationSeconds": 1, "renewTime": _now()}
        try:
            async with asyncio.timeout(self._timing.retry):
                await self._store.update(self._lease, {**self._lease.spec, **free})
        except TimeoutError as error:
            raise LeaseUnavailable("no answer in time") from error

    async def _attempt(self) -> bool:
        """One try to take or renew the Lease; whether this one holds it now."""
        began = self._clock()
        left = self._until - began if self.holding else self._timing.deadline - self._timing.retry
        held, self.problem = False, None
        try:
            async with asyncio.timeout(left):
                held = await self._take_or_renew()
        except LeaseChanged:
            self._lease = None
        except LeaseUnavailable as error:
            self.problem = str(error)
        except TimeoutError:
            self.problem = "no answer in time"
        if held:
            self._until = began + self._timing.deadline
        elif self.holder not in ("", self._identity):
            self._until = 0.0
        self._noted()
        return held

    async def _take_or_renew(self) -> bool:
        if self._lease is None or self._lease.holder != self._identity:
            self._look(await self._store.read())
        lease, now = self._lease, _now()
        mine: Json = {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": round(self._timing.duration),
            "renewTime": now,
        }
        if lease is None:
            self._look(await self._store.create({**mine, "acquireTime": now, "leaseTransitions": 0}))
            return True
        if lease.holder not in ("", self._identity) and not self._has_run_out(lease):
            return False
        if lease.holder != self._identity:
            mine |= {"acquireTime": now, "leaseTransitions": int(lease.number("leaseTransitions", 0)) + 1}
        self._look(await self._store.update(lease, {**lease.spec, **mine}))
        return True

    def _look(self, lease: Lease | None) -> None:
        """Takes note of the Lease as it is, and of when it changed last by our clock."""
        self._lease = lease
        self.holder = lease.holder if lease else ""
        if lease is not None and (self._seen is None or self._seen[0] != lease.spec):
            self._seen = lease.spec, self._clock()

    def _has_run_out(self, lease: Lease) -> bool:
        since = self._seen[1] if self._seen else self._clock()
        return self._clock() >= since + lease.number("leaseDurationSeconds", self._timing.duration)


def _now() -> str:
    return format_rfc3339(datetime.now(UTC), "microseconds")
