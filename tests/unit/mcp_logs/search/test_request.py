"""Which time a caller means."""

import pytest

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_logs.query.time_window import parse_window

NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("1h", NOW - 3600),
        ("-1h", NOW - 3600),
        ("1h ago", NOW - 3600),
        ("90", NOW - 90),
        ("1789990000", 1_789_990_000),
        (" 1789990000.5 ", 1_789_990_000.5),
        ("1789990000500", 1_789_990_000.5),
        ("999999999", NOW - 999_999_999),
        ("2026-09-21T14:00:00Z", 1_789_999_200),
        ("100y", 0),
    ],
)
def test_a_moment_is_the_same_at_both_ends(written: str, moment: float) -> None:
    assert parse_window(written, "now", NOW)[0] == moment
    if moment:
        assert parse_window("100y", written, NOW)[1] == moment


def test_until_now_the_clock_of_a_node_may_be_ahead() -> None:
    assert parse_window("1h", "now", NOW)[1] == NOW + 60


@pytest.mark.parametrize(
    ("since", "until"),
    [("0", "now"), ("1h", "2h"), ("1h", "1h"), ("+10s", "now"), ("+10s", "+20s")],
)
def test_an_empty_time_is_said(since: str, until: str) -> None:
    with pytest.raises(ToolFailure, match=r"the time range from .* until .* is empty"):
        parse_window(since, until, NOW)


@pytest.mark.parametrize(("since", "until"), [("soon", "now"), ("1h", "soon")])
def test_what_is_no_time_is_said(since: str, until: str) -> None:
    with pytest.raises(ToolFailure, match="'soon' is not a time"):
        parse_window(since, until, NOW)
