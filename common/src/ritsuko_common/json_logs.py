"""Logs of a program in a container: one JSON object a line, on standard error, of a bounded length."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import cast

from ritsuko_common.rfc3339 import format_rfc3339

# What every record has; anything else was given as `extra` and belongs to the line. uvicorn adds `color_message`.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_LONGEST = 16_384
_MOST_ITEMS = 200
_DEEPEST = 8


class JsonFormatter(logging.Formatter):
    """`time`, `level`, `logger`, `message`, whatever the call gave as `extra`, and `exception` with its traceback.

    Every text of message, extras and exception goes through `redact`. Of a text that is too long the beginning is kept,
    of a traceback the end, which names the error.
    """

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": format_rfc3339(datetime.fromtimestamp(record.created, UTC), "milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._text(record.getMessage()),
        }
        line |= {name: self._plain(value) for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            # What is cut off goes before redaction too, but for a part as long again, in which a secret may end.
            trace = self._redact(self.formatException(record.exc_info)[-2 * _LONGEST :])
            line["exception"] = trace if len(trace) <= _LONGEST else f"… {trace[-_LONGEST:]}"
        return json.dumps(line, ensure_ascii=False)

    def _text(self, text: str) -> str:
        whole = self._redact(text[: 2 * _LONGEST])
        return whole if len(whole) <= _LONGEST else f"{whole[:_LONGEST]}… ({len(text):,} characters)"

    def _plain(self, value: object, depth: int = 0) -> object:
        """The value as JSON can write it; another type as text, what is nested too deeply as `…`."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if depth == _DEEPEST and isinstance(value, Mapping | list | tuple | set | frozenset):
            return "…"
        if isinstance(value, Mapping):
            items = list(cast("Mapping[object, object]", value).items())[:_MOST_ITEMS]
            return {self._text(str(name)): self._plain(one, depth + 1) for name, one in items}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._plain(one, depth + 1) for one in list(cast("Iterable[object]", value))[:_MOST_ITEMS]]
        return self._text(str(value))


def log_to_stderr(level: str, formatter: logging.Formatter, *, quiet: Iterable[str] = ()) -> None:
    """Sends every log record of the process there, of the loggers in `quiet` only warnings and worse."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in quiet:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
