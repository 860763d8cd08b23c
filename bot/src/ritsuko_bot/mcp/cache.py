"""Results that may be used again for a while, if a server's policy allows it (`tools.cacheSeconds`)."""

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
    """The latest results of one server's tools, up to 4 MiB."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._size = 0

    def get(self, key: str, *, seconds: float) -> tuple[CallToolResult, float] | None:
        """A result that is at most `seconds` old, with its age; None if there is none."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        age = self._clock() - kept.at
        return (kept.result, age) if age <= seconds else None

    def put(self, key: str, result: CallToolResult) -> None:
        """Keeps a result, and drops the oldest ones if there is no room."""
        self._drop(key)
        size = len(result.model_dump_json())
        if size > _MOST_BYTES:
            return
        self._kept[key] = _Kept(result, self._clock(), size)
        self._size += size
        while self._size > _MOST_BYTES:
            self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        """Drops everything, because it may be outdated."""
        self._kept.clear()
        self._size = 0

    def _drop(self, key: str) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self._size -= kept.size


def key_of(tool: str, arguments: Mapping[str, JsonValue], user: User | None) -> str:
    """The key of a call. `user`: the asker, for a server that gets to know them and may answer each differently."""
    who = [user.id, user.email, user.role] if user is not None else None
    return json.dumps([tool, arguments, who], sort_keys=True)
