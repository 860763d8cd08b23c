"""Questions that a server asks during a call (elicitation), passed to the maker of the call.

The SDK has one callback for a whole client. Over streamable HTTP it runs in the context of the call that the question
belongs to. Over a pipe and the older SSE it does not, and then a question is known to belong to a call only if no
other one runs.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Generator
from contextvars import ContextVar

from mcp.client.session import ClientRequestContext
from mcp_types import INVALID_REQUEST, ElicitRequestParams, ElicitResult, ErrorData

Asking = Callable[[ElicitRequestParams], Awaitable[ElicitResult]]


class CallInProgress:
    """A running call that can be asked. Its deadline is paused while a question is open."""

    def __init__(self, asking: Asking | None, deadline: asyncio.Timeout) -> None:
        self._asking = asking
        self._deadline = deadline
        self._open: set[asyncio.Task[ElicitResult]] = set()
        self._left: float | None = None

    async def ask(self, params: ElicitRequestParams) -> ElicitResult:
        """The reply; `cancel` if the call ends before there is one, or if nobody can be asked."""
        if self._asking is None:
            return ElicitResult(action="cancel")
        task = asyncio.ensure_future(self._asking(params))
        self._hold()
        self._open.add(task)
        try:
            await asyncio.wait({task})
        finally:
            self._open.discard(task)
            self._resume()
            task.cancel()
        return ElicitResult(action="cancel") if task.cancelled() else task.result()

    def end(self) -> None:
        """The call is over: open questions are cancelled."""
        for task in self._open:
            task.cancel()

    def _hold(self) -> None:
        if not self._open and (when := self._deadline.when()) is not None:
            self._left = when - asyncio.get_running_loop().time()
            self._deadline.reschedule(None)

    def _resume(self) -> None:
        if not self._open and self._left is not None:
            left, self._left = self._left, None
            with contextlib.suppress(RuntimeError):  # the call is over
                self._deadline.reschedule(asyncio.get_running_loop().time() + left)


_current: ContextVar[CallInProgress | None] = ContextVar("current call", default=None)


class Questions:
    """The running calls of one server, which it may ask something."""

    def __init__(self) -> None:
        self._calls: set[CallInProgress] = set()

    @contextlib.contextmanager
    def during(self, call: CallInProgress) -> Generator[None]:
        """Questions that arrive within this context belong to `call`."""
        self._calls.add(call)
        token = _current.set(call)
        try:
            yield
        finally:
            _current.reset(token)
            self._calls.discard(call)
            call.end()

    async def asked(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult | ErrorData:
        """The SDK's callback: a server asks something."""
        call = _current.get()
        if call is None and len(self._calls) == 1:
            (call,) = self._calls
        if call is None or call not in self._calls:
            return ErrorData(code=INVALID_REQUEST, message="cannot tell which call this question belongs to")
        return await call.ask(params)
