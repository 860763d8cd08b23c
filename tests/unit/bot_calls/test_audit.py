from __future__ import annotations

import json
import logging

import pytest

from ritsuko_api.identity import User
from ritsuko_bot.access.approval import Vote
from ritsuko_bot.access.person import Person
from ritsuko_bot.calls.audit import AuditEntry


def test_a_line_says_who_asked_what_where_and_how_it_ended(caplog: pytest.LogCaptureFixture) -> None:
    entry = AuditEntry(
        User("7", "ada@example.com"), "#ops > pods", "kubernetes", "get", {"kind": "pods"}, rule="read-only"
    )
    entry.outcome, entry.effect = "ok", "Allow"
    with caplog.at_level(logging.INFO, logger="ritsuko_bot.audit"):
        entry.write(0.1234)
    [line] = caplog.records
    fields = line.__dict__["audit"]
    assert fields.pop("seconds") == 0.123
    assert fields == {
        "user_id": "7",
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
    entry = AuditEntry(User("7", "ada@example.com"), "#ops > pods", "kubernetes", "delete", {})
    entry.vote = Vote(Person(User("8", "grace@example.com", "owner"), "Grace"), approved=True)
    entry.cached = 12.34
    with caplog.at_level(logging.INFO, logger="ritsuko_bot.audit"):
        entry.write(0.1234)
    fields = caplog.records[0].__dict__["audit"]
    assert (fields["approved"], fields["approver_id"], fields["approver_email"]) == (True, "8", "grace@example.com")
    assert fields["cached_seconds"] == 12.3


def test_neither_arguments_nor_errors_give_a_secret_away(caplog: pytest.LogCaptureFixture) -> None:
    entry = AuditEntry(
        User("7", "ada@example.com"),
        "#ops > pods",
        "kubernetes",
        "get",
        {"text": "DB_PASS=hunter2hunter2", "kind": "pods"},
    )
    entry.error = "401 for https://ada:hunter2hunter2@example.com/x"
    with caplog.at_level(logging.INFO, logger="ritsuko_bot.audit"):
        entry.write(0.1)
    fields = caplog.records[0].__dict__["audit"]
    assert fields["arguments"] == {"text": "DB_PASS=[redacted-value]", "kind": "pods"}
    assert fields["error"] == "401 for https://ada:[redacted-password]@example.com/x"
