"""Secrets that were read a moment ago.

Many bots of a namespace name the same Secret, and one bot is reconciled several times while it comes up: each Secret is
read once for all of them. Few are kept, and none is believed for longer than seconds; a change is found by
`check_secrets`, which never asks here.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from ritsuko_operator.reconcile.cluster import Object, ObjectRef

_LIFE = 5.0  # seconds
_MOST = 64


class SecretCache:
    """Reads by `get` what it has not read within the last seconds. That there is none is never remembered."""

    def __init__(self, get: Callable[[ObjectRef], Awaitable[Object | None]], *, clock: Callable[[], float]) -> None:
        self._get = get
        self._clock = clock
        self._found: OrderedDict[ObjectRef, tuple[float, Object]] = OrderedDict()  # the oldest first

    async def get(self, ref: ObjectRef) -> Object | None:
        self._expire()
        if ref in self._found:
            return self._found[ref][1]
        live = await self._get(ref)
        if live is not None:
            self.put(ref, live)
        return live

    def put(self, ref: ObjectRef, live: Object) -> None:
        """It was written by us, or read."""
        metadata = {key: value for key, value in live["metadata"].items() if key != "managedFields"}
        self._found[ref] = (self._clock(), {**live, "metadata": metadata})
        self._found.move_to_end(ref)
        if len(self._found) > _MOST:
            self._found.popitem(last=False)

    def drop(self, ref: ObjectRef) -> None:
        self._found.pop(ref, None)

    def _expire(self) -> None:
        limit = self._clock() - _LIFE
        while self._found and next(iter(self._found.values()))[0] <= limit:
            self._found.popitem(last=False)
