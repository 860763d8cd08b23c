"""When a bot that cannot go on without help is reconciled again: the person who helps need not notify anybody."""

from __future__ import annotations

from datetime import datetime

from ritsuko_api.reasons import Reason
from ritsuko_operator.reconcile import times
from ritsuko_operator.reconcile.cluster import BotKey
from ritsuko_operator.reconcile.memory import Memory
from ritsuko_operator.reconcile.status.outcome import Cause

_FIRST, _MOST = 10.0, 60.0  # seconds


class Stalls:
    """Since when each bot has been stalled for one and the same reason."""

    def __init__(self, memory: Memory) -> None:
        self._since = memory.table(dict[BotKey, tuple[Reason, datetime]]())

    def look_again(self, key: BotKey, cause: Cause | None, now: datetime) -> float | None:
        """In how many seconds: after as long as it has lasted, so that the waits double up to a minute.

        None if time does not help: the bot goes on, or its own spec has to be changed.
        """
        if cause is None or cause.reason is Reason.INVALID_SPEC:
            self._since.pop(key, None)
            return None
        known, since = self._since.get(key, (None, now))
        if known is not cause.reason:
            since = now
        self._since[key] = cause.reason, since
        return min(max(times.since(since, now), _FIRST), _MOST)
