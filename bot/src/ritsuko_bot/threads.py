"""Blocking calls outside of the event loop."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


async def in_thread(call: Callable[[], Result], *, name: str) -> Result:
    """The result of `call`, run in a daemon thread of its own.

    The threads of an executor are joined when the process ends: one that hangs in a long poll, or waits for somebody to
    type a line, would keep it from ending. When this is cancelled the call runs on, and its result is dropped.
    """
    future: concurrent.futures.Future[Result] = concurrent.futures.Future()

    def work() -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001 - it is raised again, where the result is awaited
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=work, name=name, daemon=True).start()
    return await asyncio.wrap_future(future)
