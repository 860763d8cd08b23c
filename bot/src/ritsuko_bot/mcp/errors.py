"""Why a call to a server gave no result."""

from __future__ import annotations

from typing import cast

from mcp import MCPError
from mcp_types import CONNECTION_CLOSED
from pydantic import ValidationError


class CallFailed(Exception):
    """A call gave no result. The message is the cause, `advice` what to do; both are for people."""

    def __init__(self, cause: str, advice: str = "") -> None:
        super().__init__(cause)
        self.advice = advice


class ServerUnavailable(CallFailed):
    """There is no connection to the server now. Nothing was sent."""


class ConnectionLost(CallFailed):
    """The connection was lost during the call; the server may or may not have run it."""


class DeadlineExceeded(CallFailed):
    """The server did not answer in time."""


class AnswerUnusable(CallFailed):
    """The answer is too large, or not valid MCP."""


class ServerRefused(CallFailed):
    """The server returned a protocol error, such as an unknown tool or invalid arguments."""


class InvalidArguments(CallFailed):
    """The arguments do not fit what the server offers. Nothing was sent."""


class TooManyCalls(CallFailed):
    """The server's limit of calls per minute is reached. Nothing was sent."""


def root_cause(error: BaseException) -> BaseException:
    """The first error inside nested groups of errors."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return error


def in_words(error: BaseException) -> str:
    """Why a connection ended or could not be made, for people."""
    match error:
        case TimeoutError():
            text = "it did not answer in time"
        case ValidationError():
            text = "its answer is not valid MCP"
        case MCPError() if error.code == CONNECTION_CLOSED:
            text = "it closed the connection"
        case OSError() if error.strerror and isinstance(error.filename, str):
            text = f"{error.strerror}: {error.filename}"
        case _:
            text = str(error) or type(error).__name__
    # A note is what a process wrote to its standard error before it ended.
    return "; stderr: ".join([text, *getattr(error, "__notes__", [])])
