"""The state of the bot's connection to Zulip, for the report, for readiness and for the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum

from ritsuko_api.runtime import ZulipReport
from ritsuko_common.rfc3339 import format_rfc3339

logger = logging.getLogger(__name__)

_LONGEST_MESSAGE = 1024


class ZulipState(StrEnum):
    """Not tried; no answer, or refused; credentials proven, but another pod answers; holding a queue that answers."""

    IDLE = "idle"
    DOWN = "down"
    STANDBY = "standby"
    CONNECTED = "connected"


class ZulipStatus:
    """The state and the reason for it. `changed` is called after every change; a change is logged once."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.state = ZulipState.IDLE
        self.message: str | None = "not connected yet"
        self.since = datetime.now(UTC)
        self._changed = changed

    @property
    def proven(self) -> bool:
        """Whether Zulip answers and takes the credentials."""
        return self.state in (ZulipState.STANDBY, ZulipState.CONNECTED)

    def up(self) -> None:
        self._enter(ZulipState.CONNECTED, None)

    def standby(self) -> None:
        self._enter(ZulipState.STANDBY, "standby: another pod of this bot is active")

    def down(self, why: str) -> None:
        self._enter(ZulipState.DOWN, why[:_LONGEST_MESSAGE])

    def idle(self) -> None:
        self._enter(ZulipState.IDLE, "not listening")

    def report(self) -> ZulipReport:
        return ZulipReport(
            connected=self.state is ZulipState.CONNECTED,
            since=format_rfc3339(self.since),
            message=self.message,
        )

    def _enter(self, state: ZulipState, message: str | None) -> None:
        if (state, message) == (self.state, self.message):
            return
        if state is not self.state:
            self.since = datetime.now(UTC)
        self.state, self.message = state, message
        log = logger.warning if state is ZulipState.DOWN else logger.info
        log("Zulip: %s%s", state, f": {message}" if message else "")
        self._changed()
