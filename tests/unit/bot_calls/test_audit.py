from __future__ import annotations

import json
import logging

import pytest

from ritsuko_api.identity import User
from ritsuko_bot.access.approval import Vote
from ritsuko_bot.access.person import Person
from ritsuko_bot.calls.audit import Record, redacted


def test_a_line_says_who_asked_what_where_and_how_it_ended(caplog: pytest.LogCaptureFixture) -> None:
    record = Record(
        User(7, "ada@example.com"), "#ops > pods", "kubernetes", "get", {"kind": "pods"}, decision="read-only"
    )
    record.outcome, record.effect = "ok", "Allow"
    with caplog.at_level(logging.INFO, logger="ritsuko_bot.audit"):
        record.write()
    [line] = caplog.records
    fields = line.__dict__["audit"]
    assert fields.pop("seconds") >= 0
    assert fields == {
        "user_id": 7,
        "user_email": "ada@example.com",
        "user_role": "member",
        "where": "#ops > pods",
        "server": "kubernetes",
        "tool": "get",
        "arguments": {"kind": "pods"},
        "decision": "read-only",
        "effect": "Allow",
        "outcome": "ok",
    }
    json.dumps(fields)


def test_a_line_says_who_approved_and_how_old_the_answer_was(caplog: pytest.LogCaptureFixture) -> None:
    record = Record(User(7, "ada@example.com"), "#ops > pods", "kubernetes", "delete", {})
    record.vote = Vote(Person(User(8, "grace@example.com", "owner"), "Grace"), approved=True)
    record.cached = 12.34
    with caplog.at_level(logging.INFO, logger="ritsuko_bot.audit"):
        record.write()
    fields = caplog.records[0].__dict__["audit"]
    assert (fields["approved"], fields["approver_id"], fields["approver_email"]) == (True, 8, "grace@example.com")
    assert fields["cached_seconds"] == 12.3


@pytest.mark.parametrize(
    "value",
    [
        {"password": "hunter2"},
        {"nested": [{"api_key": "hunter2"}]},
        {"text": "Authorization: Bearer hunter2hunter2"},
        {"text": "see https://ada:hunter2@example.com/x"},
        {"text": "password=hunter2"},
        {"text": "eyJhunter2hunter2.eyJhunter2.hunter2"},
    ],
)
def test_secrets_are_not_written(value: dict[str, object]) -> None:
    written = json.dumps(redacted(value))  # type: ignore[arg-type]
    assert "hunter2" not in written
    assert "[redacted]" in written


def test_ordinary_arguments_are_written_as_they_are() -> None:
    value = {"query": 'sum(rate(x{job="api"}[5m]))', "limit": 5, "keys": ["a"], "passenger": "Ada"}
    assert redacted(value) == value


def test_long_arguments_are_cut_and_say_so() -> None:
    assert redacted("x" * 2_000) == "x" * 500 + "… (2000 characters)"
