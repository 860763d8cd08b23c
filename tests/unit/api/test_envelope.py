"""Which results hold an envelope: servers newer and older than the bot, and those of others."""

from typing import Any

import pytest
from pydantic import JsonValue

from ritsuko_api.envelope import MARK, Envelope, read_envelope

ROWS: list[JsonValue] = [{"name": "web-1", "phase": "Running"}]


def test_a_marked_result_is_an_envelope() -> None:
    sent = Envelope(summary="1 pod.", data=[{"name": "web-1"}], total=1)
    assert read_envelope(sent.model_dump(mode="json", exclude_none=True), MARK) == sent


def test_a_newer_server_keeps_its_table() -> None:
    found = read_envelope({"summary": "1 pod.", "data": ROWS, "confidence": 0.9, "freshness": {"age": 3}}, MARK)
    assert found is not None
    assert found.data == ROWS


def test_an_older_server_without_the_mark_or_some_fields_keeps_its_table() -> None:
    found = read_envelope({"summary": "1 pod.", "data": ROWS}, None)
    assert found is not None
    assert (found.data, found.warnings, found.truncated) == (ROWS, [], False)


@pytest.mark.parametrize(
    "foreign",
    [
        {"summary": "Rain.", "data": ROWS, "temperature": 3},
        {"data": ROWS},
        {"summary": {"text": "Rain."}, "data": ROWS},
        {"summary": "Rain.", "total": "12"},
        {"result": []},
        {},
    ],
)
def test_a_foreign_result_with_some_equal_names_is_not_an_envelope(foreign: dict[str, Any]) -> None:
    assert read_envelope(foreign, None) is None
    assert read_envelope(foreign, {"ritsuko.dev/user": "x"}) is None


@pytest.mark.parametrize("broken", [{}, {"summary": 3}, {"summary": "x", "data": 3}, {"summary": "x", "links": ["y"]}])
def test_a_mark_does_not_make_an_envelope_of_what_does_not_fit(broken: dict[str, Any]) -> None:
    assert read_envelope(broken, MARK) is None


def test_there_may_be_no_structured_content() -> None:
    assert read_envelope(None, MARK) is None
