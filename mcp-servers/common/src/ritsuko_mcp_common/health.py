"""/health: alive is one thing, the backend being reachable another.

The status is 200 as long as the server lives, since restarting it does not bring a backend back. The kubelet waits one
second, so a slow backend never holds up the answer: what is known so far is reported, and the check goes on behind it.
"""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from ritsuko_common.redaction.redactor import redacted
from ritsuko_mcp_common.errors import ToolFailure

_FRESH_SECONDS = 10.0
_PATIENCE_SECONDS = 0.5
_CHECK_SECONDS = 5.0


class Backend(Protocol):
    """The system behind a server."""

    async def check(self) -> str:
        """Ask for something small; return what answered (`Kubernetes v1.34.4`), or raise `ToolFailure`."""
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...


class Health:
    """What is known about the backend, no older than ten seconds when it answers in time."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._running: asyncio.Task[None] | None = None
        self._checked: float | None = None
        self._reachable: bool | None = None
        self._detail = "not checked yet"

    async def report(self) -> dict[str, object]:
        """`{"reachable": bool | None, "detail": str}`: None while the very first check is still under way."""
        if self._running is None and (self._checked is None or time.monotonic() - self._checked > _FRESH_SECONDS):
            self._running = asyncio.create_task(self._check())
        if self._running is not None:
            await asyncio.wait({self._running}, timeout=_PATIENCE_SECONDS)
        return {"reachable": self._reachable, "detail": self._detail}

    async def aclose(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait({self._running})

    async def _check(self) -> None:
        try:
            async with asyncio.timeout(_CHECK_SECONDS):
                detail, reachable = await self._backend.check(), True
        except ToolFailure as failure:
            detail, reachable = failure.message, False
        except TimeoutError:
            detail, reachable = f"no response within {_CHECK_SECONDS:g} s", False
        finally:
            self._running = None
        self._detail, self._reachable = redacted(detail), reachable
        self._checked = time.monotonic()
