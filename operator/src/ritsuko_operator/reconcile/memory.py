"""What the operator remembers of each bot while the process lives, and the one place where it is forgotten.

Nothing here is needed to be right: an operator that has just started knows none of it, and writes a little more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ritsuko_operator.reconcile.cluster import BotKey

T = TypeVar("T")


class Memory:
    """Tables by bot. Each part of the reconciler adds its own and reads and writes it; none forgets by itself."""

    def __init__(self) -> None:
        self._forget: list[Callable[[BotKey], object]] = []

    def table(self, table: dict[BotKey, T]) -> dict[BotKey, T]:
        """Adds the table, and returns it."""
        self._forget.append(lambda key: table.pop(key, None))
        return table

    def when_forgotten(self, forget: Callable[[BotKey], object]) -> None:
        """Calls `forget` too: for an index that is not a table by bot."""
        self._forget.append(forget)

    def forget(self, key: BotKey) -> None:
        """The bot is gone."""
        for forget in self._forget:
            forget(key)
