"""Where the bot stands with Zulip, for the report, for readiness and for the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum

from ritsuko_api.runtime import ZulipReport
from ritsuko_common.rfc3339 import format_rfc3339

logger = logging.getLogger(__name__)

_LONGEST_MESSAGE = 1024


class Standing(StrEnum):
    """Not tried; no answer, or refused; credentials proven, but another pod answers; holding a queue that answers."""

    IDLE = "idle"
    DOWN = "down"
    STANDBY = "standby"
    CONNECTED = "connected"


class Connection:
    """The standing and why. `changed` is called after every change; a change is logged once."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.standing = Standing.IDLE
        self.message: str | None = "not connected yet"
        self.since = datetime.now(UTC)
        self._changed = changed

    @property
    def proven(self) -> bool:
        """Whether Zulip answers and takes the credentials."""
        return self.standing in (Standing.STANDBY, Standing.CONNECTED)

    def up(self) -> None:
        self._enter(Standing.CONNECTED, None)

    def standby(self) -> None:
        self._enter(Standing.STANDBY, "standing by: another pod of this bot answers")

    def down(self, why: str) -> None:
        self._enter(Standing.DOWN, why[:_LONGEST_MESSAGE])

    def idle(self) -> None:
        self._enter(Standing.IDLE, "not listening")

    def report(self) -> ZulipReport:
        return ZulipReport(
            connected=self.standing is Standing.CONNECTED,
            since=format_rfc3339(self.since),
            message=self.message,
        )

    def _enter(self, standing: Standing, message: str | None) -> None:
        if (standing, message) == (self.standing, self.message):
            return
        if standing is not self.standing:
            self.since = datetime.now(UTC)
        self.standing, self.message = standing, message
        log = logger.warning if standing is Standing.DOWN else logger.info
        log("Zulip: %s%s", standing, f": {message}" if message else "")
        self._changed()
