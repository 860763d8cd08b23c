"""Logs: one JSON object a line for machines, or plain lines for a person at a terminal."""

from __future__ import annotations

import logging

from ritsuko_common.json_logs import JsonFormatter, log_to_stderr
from ritsuko_common.redaction.redactor import redacted

# Every request and every long poll would be a line.
_QUIET = ("httpx2", "httpcore2", "urllib3", "watchfiles", "uvicorn", "asyncio")


def to_stderr(level: str, *, as_json: bool) -> None:
    """Sends every log line of the process to the standard error output."""
    plain = logging.Formatter("%(levelname)s %(name)s: %(message)s")
    log_to_stderr(level, JsonFormatter(redacted) if as_json else plain, quiet=_QUIET)
