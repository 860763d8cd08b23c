"""The mounted `mcp.json`: read, watched, and rejected as a whole if it is invalid."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from watchfiles import awatch  # pyright: ignore[reportUnknownVariableType]

from ritsuko_api.config import ConfigError, McpConfig, from_environment, parse
from ritsuko_common.redaction.redactor import redacted

logger = logging.getLogger(__name__)

# The kubelet swaps a symlink, an editor renames a file: watchfiles sees both at once. What it cannot see (a network
# file system, a folder that came later) is found by looking now and then.
_LOOK_EVERY_MS = 5_000
_DEBOUNCE_MS = 100
_STEP_MS = 20


class ConfigFile:
    """The desired config. `config` is the last valid one, `error` says why the current file is invalid.

    Without a path the config comes from `MCP_<NAME>_URL` variables, once.
    """

    def __init__(self, path: Path | None, environ: Mapping[str, str]) -> None:
        self.path = path
        self.config = McpConfig()
        self.error: str | None = None
        self._environ = environ
        self._last_read: bytes | None = None

    def load(self) -> bool:
        """Reads the file; true if `config` or `error` changed."""
        before = self.config, self.error
        try:
            self.config = self._read()
            self.error = None
        except ConfigError as error:
            self.error = redacted(f"{self.path}: {error}" if self.path else str(error))
            if self.error != before[1]:
                logger.error("the config is invalid, the last valid one stays in use: %s", self.error)
        return (self.config, self.error) != before

    async def run(self, apply: Callable[[McpConfig], Awaitable[None]], refused: Callable[[], None]) -> None:
        """Loads and applies the config, now and after every change of the file, until cancelled.

        `apply` gets every valid config; `refused` is called when `error` changed (pass `servers.notify`).
        """
        self.load()
        await self._hand_over(apply, refused)
        if self.path is None:
            await asyncio.Event().wait()
            return
        folder = self.path.parent
        while True:
            if folder.is_dir():
                async for _ in awatch(
                    folder,
                    watch_filter=None,
                    recursive=False,
                    debounce=_DEBOUNCE_MS,
                    step=_STEP_MS,
                    rust_timeout=_LOOK_EVERY_MS,
                    yield_on_timeout=True,
                ):
                    if self.load():
                        await self._hand_over(apply, refused)
                    if not folder.is_dir():
                        break
            await asyncio.sleep(_LOOK_EVERY_MS / 1000)
            if self.load():
                await self._hand_over(apply, refused)

    async def _hand_over(self, apply: Callable[[McpConfig], Awaitable[None]], refused: Callable[[], None]) -> None:
        if self.error is None:
            await apply(self.config)
        else:
            refused()

    def _read(self) -> McpConfig:
        if self.path is None:
            return from_environment(self._environ)
        try:
            text = self.path.read_bytes()
        except OSError as error:
            raise ConfigError(f"cannot be read: {error.strerror}") from error
        if text == self._last_read and self.error is None:
            return self.config
        config = parse(text)
        self._last_read = text
        return config
