"""The work queue: keys in, one worker per key at a time.

The semantics are client-go's (k8s.io/client-go/util/workqueue): a key that is added twice before it is taken is worked
on once; a key that is added while it is being worked on is taken again afterwards, never at the same time.

Two things are added to them. A key can settle: while more comes, it is put off. And of the keys that are ready, the
urgent ones are taken first.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from ritsuko_common.backoff import Delays

K = TypeVar("K", bound=Hashable)

Clock = Callable[[], float]

_DELAYS = Delays(0.2, 120.0)
_URGENT_IN_A_ROW = 8  # then one that is not urgent has its turn


class KeyedQueue(Generic[K]):
    """The queue without any waiting: what is next is asked with `take`. Times are seconds of `clock`."""

    def __init__(
        self,
        *,
        clock: Clock,
        delays: Delays = _DELAYS,
        chance: Callable[[], float] = random.random,
        urgent: Callable[[K], bool] = lambda _: True,
    ) -> None:
        self._clock = clock
        self._delays = delays
        self._chance = chance
        self._is_urgent = urgent
        self._urgent: deque[K] = deque()
        self._others: deque[K] = deque()
        self._in_a_row = 0
        self._since: dict[K, float] = {}  # the keys that wait for a worker, and since when
        self._working: set[K] = set()
        self._later: list[tuple[float, int, K]] = []
        self._due: dict[K, float] = {}  # of several delays of one key the earliest counts
        self._settling: dict[K, tuple[float, float]] = {}  # how long it must be quiet, and until when it may be put off
        self._order = itertools.count()
        self._failures: dict[K, int] = {}

    def __len__(self) -> int:
        """The keys that wait for a worker now, without those that wait for their time."""
        return len(self._since)

    def add(self, key: K) -> None:
        if key in self._since:
            return
        self._since[key] = self._clock()
        if key not in self._working:
            self._line_up(key)

    def add_after(self, key: K, delay: float) -> None:
        """Adds the key in `delay` seconds, or at the earlier time it already has; if it settles, when it has."""
        if key in self._settling:
            quiet, latest = self._settling[key]
            self._ripens(key, min(self._clock() + quiet, latest))
            return
        if delay <= 0:
            self.add(key)
            return
        due = self._clock() + delay
        if key not in self._due or due < self._due[key]:
            self._ripens(key, due)

    def settle(self, key: K, *, quiet: float, most: float) -> None:
        """Adds the key when nothing more has been added for `quiet` seconds, but in `most` seconds at the latest.

        A key that waits for a worker already is left alone; one that settles already keeps its latest moment.
        """
        if key in self._since:
            return
        _, latest = self._settling.get(key, (quiet, self._clock() + most))
        self._settling[key] = (quiet, latest)
        self.add_after(key, quiet)

    @property
    def settling(self) -> int:
        """How many keys settle."""
        return len(self._settling)

    def retry(self, key: K) -> float:
        """Adds a key that failed, after a delay that grows with every failure in a row; returns the delay."""
        self._failures[key] = self._failures.get(key, 0) + 1
        delay = self._delays.after(self._failures[key], self._chance())
        self.add_after(key, delay)
        return delay

    def forget(self, key: K) -> None:
        """The key succeeded: its next failure counts as the first one."""
        self._failures.pop(key, None)

    def take(self) -> tuple[K, float] | None:
        """The next key and how long it waited, or None. The caller must say `done` when it has worked on it."""
        self._ripen()
        if self._urgent and (self._in_a_row < _URGENT_IN_A_ROW or not self._others):
            key = self._urgent.popleft()
            self._in_a_row += 1
        elif self._others:
            key = self._others.popleft()
            self._in_a_row = 0
        else:
            return None
        self._working.add(key)
        return key, self._clock() - self._since.pop(key)

    def done(self, key: K) -> None:
        self._working.discard(key)
        if key in self._since:
            self._line_up(key)

    def next_due(self) -> float | None:
        """When the next delayed key ripens, or None."""
        return self._later[0][0] if self._later else None

    def _ripen(self) -> None:
        now = self._clock()
        while self._later and self._later[0][0] <= now:
            due, _, key = heapq.heappop(self._later)
            if self._due.get(key) == due:
                del self._due[key]
                self._settling.pop(key, None)
                self.add(key)

    def _ripens(self, key: K, due: float) -> None:
        self._due[key] = due
        heapq.heappush(self._later, (due, next(self._order), key))

    def _line_up(self, key: K) -> None:
        (self._urgent if self._is_urgent(key) else self._others).append(key)


class WorkQueue(Generic[K]):
    """A `KeyedQueue` that workers can wait on."""

    def __init__(self, *, delays: Delays = _DELAYS, urgent: Callable[[K], bool] = lambda _: True) -> None:
        self._keys: KeyedQueue[K] = KeyedQueue(clock=asyncio.get_running_loop().time, delays=delays, urgent=urgent)
        self._alarm: asyncio.TimerHandle | None = None
        self._wakers: deque[asyncio.Future[None]] = deque()

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: K, *, after: float = 0.0) -> None:
        self._keys.add_after(key, after)
        self._wake()

    def settle(self, key: K, *, quiet: float, most: float) -> None:
        self._keys.settle(key, quiet=quiet, most=most)
        self._wake()

    @property
    def settling(self) -> int:
        return self._keys.settling

    def retry(self, key: K) -> float:
        delay = self._keys.retry(key)
        self._wake()
        return delay

    def forget(self, key: K) -> None:
        self._keys.forget(key)

    def done(self, key: K) -> None:
        self._keys.done(key)
        self._wake()

    async def get(self) -> tuple[K, float]:
        """Waits for the next key; returns it and the seconds it waited for a worker."""
        while (taken := self._keys.take()) is None:
            waker: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._wakers.append(waker)
            self._set_alarm()
            try:
                await waker
            finally:
                if waker in self._wakers:
                    self._wakers.remove(waker)
        if len(self._keys):
            self._wake()
        self._set_alarm()
        return taken

    def _wake(self) -> None:
        """Wakes one waiting worker: if there is more than it takes, it wakes the next."""
        while self._wakers:
            waker = self._wakers.popleft()
            if not waker.done():
                waker.set_result(None)
                return

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        due = self._keys.next_due()
        if due is not None:
            self._alarm = asyncio.get_running_loop().call_at(due, self._wake)
