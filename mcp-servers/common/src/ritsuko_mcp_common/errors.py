"""The one way a tool says no."""

from __future__ import annotations

from mcp.server.mcpserver.exceptions import ToolError


class ToolFailure(ToolError):
    """A call that cannot be answered, reported to the caller as an `is_error` result.

    `message` names the object and what was wrong; `hint` says what to do about it. Anything else that a tool raises
    is a crash: the caller learns only that it happened, the log has the traceback. `excerpt` is text to show as it is,
    such as the line of a query with a mark under what is wrong.
    """

    def __init__(self, message: str, hint: str = "", *, excerpt: str = "") -> None:
        super().__init__(message if not hint else f"{message}\n{hint}")
        self.message = message
        self.hint = hint
        self.excerpt = excerpt


class BackendUnreachable(ToolFailure):
    """The system behind the server (apiserver, Prometheus, log store) did not answer."""


class ConfigurationError(ValueError):
    """The server cannot start with this environment; the message says which variable to change and how."""
