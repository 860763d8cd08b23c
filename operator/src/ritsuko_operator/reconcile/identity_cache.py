"""Results of pure functions of objects, kept for as long as the objects are the very same ones."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class IdentityCache(Generic[T]):
    """The last result for each of the `most` keys that were asked for last.

    The inputs are compared by identity, which costs nothing: an object that changes in the cluster is a new one in the
    view, and nobody changes what a view hands out.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._known: OrderedDict[Hashable, tuple[Sequence[object], T]] = OrderedDict()

    def get(self, key: Hashable, inputs: Sequence[object], make: Callable[[], T]) -> T:
        """What `make` made of the same inputs before, or makes now. What it raises is not kept."""
        known = self._known.get(key)
        if known is not None and _same(known[0], inputs):
            self._known.move_to_end(key)
            return known[1]
        made = make()
        self._known[key] = (inputs, made)
        self._known.move_to_end(key)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return made


def _same(before: Sequence[object], now: Sequence[object]) -> bool:
    return len(before) == len(now) and all(one is other for one, other in zip(before, now, strict=True))
