"""The mounted `mcp.json`: read, watched, and refused whole when it cannot be used."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from ritsuko_api.config import McpConfig


class ConfigFile:
    """The config that the bot shall run. `config` is the last good one, `error` says why the present file is refused.

    Without a path the config comes from `MCP_<NAME>_URL` variables, once.
    """

    def __init__(self, path: Path | None, environ: Mapping[str, str]) -> None:
        self.path = path
        self.config = McpConfig()
        self.error: str | None = None
        self._environ = environ

    def load(self) -> bool:
        """Reads the file; true when `config` or `error` changed by it."""
        return False

    async def run(self, apply: Callable[[McpConfig], Awaitable[None]], refused: Callable[[], None]) -> None:
        """Loads, applies, and then does so after every change of the file, until cancelled.

        `apply` gets every good config; `refused` is called when `error` changed (pass `servers.notify`).
        """
