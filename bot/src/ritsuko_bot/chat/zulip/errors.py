"""Why a request to Zulip gave no result."""

from __future__ import annotations

from ritsuko_bot.chat.errors import ChatRefused


class ZulipError(Exception):
    """A request gave no result. The message is for people."""


class ZulipRefused(ZulipError, ChatRefused):
    """Zulip refused the request, and would refuse it again. Decide by `code`: the message is translated."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class ZulipUnavailable(ZulipError):
    """Zulip is unreachable or cannot answer now; a retry may help.

    `done` says whether the request may have had its effect all the same. `retry_after` is the time in seconds that
    Zulip asked to wait, if it did.
    """

    def __init__(self, message: str, *, done: bool, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.done = done
        self.retry_after = retry_after
