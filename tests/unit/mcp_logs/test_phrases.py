"""Counts and times in sentences."""

import pytest

from ritsuko_mcp_logs.phrases import arguments, duration_text
from ritsuko_mcp_logs.search.request import LogRequest


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.05, "0.050 s"), (59.9, "59.900 s"), (60, "1m"), (3385.6, "56m26s"), (7200, "2h")]
)
def test_long_times_are_told_in_minutes_and_hours(seconds: float, told: str) -> None:
    assert duration_text(seconds) == told


@pytest.mark.parametrize("lines", ["1 line", "2 lines"])
def test_what_was_asked_reads_well_behind_any_number_of_lines(lines: str) -> None:
    assert lines + LogRequest(text="a.b", regex=True).described == f"{lines} matching /a.b/"


def test_what_was_written_is_written_again_as_it_can_be_typed() -> None:
    assert arguments(namespace="shop", pod="", labels="app in (a,b)") == 'namespace=shop labels="app in (a,b)"'
    assert arguments() == ""
