"""Answers that may be given again for a while, where a server's policy allows it (`tools.cacheSeconds`)."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import NamedTuple

from mcp_types import CallToolResult
from pydantic import JsonValue

from ritsuko_api.identity import User

_MOST_BYTES = 4 * 1024 * 1024


class _Kept(NamedTuple):
    result: CallToolResult
    at: float
    size: int


class ResultCache:
    """The latest answers of one server's tools, 4 MiB of them at most."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._size = 0

    def get(self, key: str, *, seconds: float) -> tuple[CallToolResult, float] | None:
        """An answer that is no older than `seconds`, with its age."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        age = self._clock() - kept.at
        return (kept.result, age) if age <= seconds else None

    def put(self, key: str, result: CallToolResult) -> None:
        """Keeps an answer, in place of the oldest ones where there is no room."""
        self._drop(key)
        size = len(result.model_dump_json())
        if size > _MOST_BYTES:
            return
        self._kept[key] = _Kept(result, self._clock(), size)
        self._size += size
        while self._size > _MOST_BYTES:
            self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        """Forgets everything: what is kept may not be true any more."""
        self._kept.clear()
        self._size = 0

    def _drop(self, key: str) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self._size -= kept.size


def key_of(tool: str, arguments: Mapping[str, JsonValue], user: User | None) -> str:
    """What makes two calls the same. `user`: who asks, for a server that is told so and may answer each differently."""
    who = [user.id, user.email, user.role] if user is not None else None
    return json.dumps([tool, arguments, who], sort_keys=True)
