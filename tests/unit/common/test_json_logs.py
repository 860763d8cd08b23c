"""Log lines that a machine can read."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest

from ritsuko_common.json_logs import JsonFormatter, log_to_stderr


def written(message: str, *arguments: object, redact: Any = str, exc_info: Any = None, **extra: object) -> Any:
    record = logging.LogRecord("x.y", logging.INFO, __file__, 1, message, arguments, exc_info)
    vars(record).update(extra)
    text = JsonFormatter(redact).format(record)
    assert "\n" not in text
    return json.loads(text)


def without_pins(text: str) -> str:
    return text.replace("1234", "[pin]")


def test_a_line_is_one_json_object_with_what_the_call_gave() -> None:
    line = written("hello %s\nworld", "zulip", audit={"server": "logs", "tries": 2, "ok": True, "why": None})
    assert (line["level"], line["logger"], line["message"]) == ("INFO", "x.y", "hello zulip\nworld")
    assert line["audit"] == {"server": "logs", "tries": 2, "ok": True, "why": None}
    assert line["time"].endswith("Z")
    assert set(line) == {"time", "level", "logger", "message", "audit"}


def test_an_exception_comes_with_its_traceback() -> None:
    try:
        raise LookupError("no such pin: 1234")
    except LookupError:
        line = written("it failed", redact=without_pins, exc_info=sys.exc_info())
    assert line["exception"].startswith("Traceback")
    assert line["exception"].endswith("LookupError: no such pin: [pin]")


def test_every_text_is_redacted() -> None:
    line = written("pin %s", 1234, redact=without_pins, where={"pins": ["1234", ("x1234",)], "1234": object})
    assert "1234" not in json.dumps(line)
    assert line["where"]["pins"] == ["[pin]", ["x[pin]"]]


def test_nothing_makes_a_line_endless() -> None:
    deep: dict[str, Any] = {}
    for _ in range(1000):
        deep = {"a": deep}
    try:
        raise ValueError("x" * 10**6 + " the end")
    except ValueError:
        line = written("m" * 10**6, exc_info=sys.exc_info(), deep=deep, long="l" * 10**6, many=list(range(10**6)))
    assert len(json.dumps(line)) < 100_000
    assert line["message"].endswith("… (1,000,000 characters)")
    assert line["exception"].endswith("the end")


def test_quiet_loggers_write_warnings_only(capsys: pytest.CaptureFixture[str]) -> None:
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    try:
        log_to_stderr("INFO", JsonFormatter(str), quiet=["chatty"])
        logging.getLogger("chatty").info("a request")
        logging.getLogger("chatty").warning("no answer")
        logging.getLogger("ours").info("started")
        lines = [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()]
    finally:
        root.handlers[:] = before
        root.setLevel(logging.WARNING)
    assert lines == ["no answer", "started"]
