"""What is said of a text or table of which only a part is shown."""

from __future__ import annotations

import json

import pytest

from ritsuko_bot.answers.answer import Answer, CodeBlock, Inline, Table, say
from ritsuko_bot.answers.markdown import render
from ritsuko_bot.answers.summary import of_table, of_text


def words(parts: list[Inline]) -> str:
    return render(Answer((say(*parts),))).text


def test_a_log_tells_its_errors_its_warnings_and_its_time() -> None:
    lines = [
        "2026-11-24T10:00:00Z started, listening on 8080",
        "2026-11-24T10:00:01Z ERROR connection refused",
        "2026-11-24T10:00:02Z level=warn slow",
        "2026-11-24T10:00:03Z warning: an error came back",
        "2026-11-24T10:59:59Z bye",
    ]
    assert words(of_text(lines)) == (
        "5 lines; 2 mention an error, most recently: `2026-11-24T10:00:03Z warning: an error came back`; "
        "1 mention a warning; from 2026-11-24T10:00:00 to 2026-11-24T10:59:59."
    )


def test_lines_that_differ_in_numbers_alone_are_counted_as_one_sort() -> None:
    lines = [f"GET /healthz 200 in {n} ms" for n in range(40)] + [f"{'x' * n} is something else" for n in range(40)]
    assert words(of_text(lines)) == "80 lines; 40 look like `GET /healthz 200 in 0 ms`."


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"kind": "Pod", "metadata": {"name": "web"}}, "an object with kind, metadata."),
        ({f"key{n}": n for n in range(12)}, "key7 and 4 more."),
        ([{"a": [1]}] * 7, "a list of 7."),
    ],
)
def test_json_tells_what_it_is(value: object, expected: str) -> None:
    lines = json.dumps(value, indent=2).split("\n")
    assert words(of_text(lines, language="json")).endswith(expected)


def test_json_that_is_cut_is_told_of_as_text() -> None:
    assert words(of_text(['{"a": [', "1,"], language="json")) == "2 lines."


def test_a_table_tells_the_shares_of_its_values_and_the_range_of_its_numbers() -> None:
    rows = tuple((f"web-{n}", "default", "Running" if n % 6 else "Pending", str(n)) for n in range(60))
    table = Table(("pod", "namespace", "status", "restarts"), rows, frozenset({3}))
    assert words(of_table(table)) == "60 rows; status: 50 Running, 10 Pending; restarts: 0 to 59."


@pytest.mark.parametrize("number", ["", "nan?"])
def test_cells_that_are_no_numbers_have_no_range(number: str) -> None:
    table = Table(("a",), (("1",), (number,), ("1",)), frozenset({0}))
    assert words(of_table(table)) == "3 rows."


def test_what_is_shown_whole_is_not_summarised() -> None:
    assert "lines" not in render(Answer((CodeBlock("an error\nand a warning"),))).text


def test_the_summary_stands_before_what_is_folded_and_before_what_is_attached() -> None:
    for count in (100, 5_000):
        text = render(Answer((CodeBlock("\n".join(f"error {n}" for n in range(count))),))).text
        assert text.startswith(f"{count} lines; {count} mention an error")
