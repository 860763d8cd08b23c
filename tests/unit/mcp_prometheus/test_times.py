"""Times, durations and steps as people type them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_common.durations import format_duration
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import format_time, parse_duration, parse_time
from ritsuko_mcp_prometheus.evaluation.step import choose_step

NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30m", 1800),
        ("1h30m", 5400),
        ("90", 90),
        ("1.5s", 1.5),
        ("1.5h", 5400),
        ("0.5d", 43200),
        ("250ms", 0.25),
        ("7d", 604800),
        ("1y", 31536000),
        ("0s", 0),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "m", "-5m", "5 m", "1m1h", "five", "1e3", "9" * 500, "0x10", "∞"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ToolFailure, match="not a duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", NOW),
        ("-1h", NOW - 3600),
        ("now-90m", NOW - 5400),
        ("now - 1d", NOW - 86400),
        ("+5m", NOW + 300),
        ("2h ago", NOW - 7200),
        ("-1.5h", NOW - 5400),
        ("1700000000", 1_700_000_000),
        ("1700000000.5", 1_700_000_000.5),
        ("1700000000123", 1_700_000_000.123),
        ("2026-09-21T14:13:20Z", NOW),
        ("2026-09-21T14:13:20", NOW),
        ("2026-09-21T16:13:20+02:00", NOW),
        ("2026-09-21", NOW - 51200),
    ],
)
def test_moments(text: str, moment: float) -> None:
    assert parse_time(text, now=NOW) == pytest.approx(moment)


@pytest.mark.parametrize("text", ["", "tomorrow", "-", "2026-13-01", "now-", "-100y", "99999-01-01", "9" * 17])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ToolFailure):
        parse_time(text, now=NOW)


@pytest.mark.parametrize(
    ("text", "instead"), [("22:29", "2026-09-21T22:29Z"), ("7:05", "2026-09-21T07:05Z"), ("7:29:30", "T07:29:30Z")]
)
def test_a_clock_time_is_answered_with_the_day_before_it(text: str, instead: str) -> None:
    with pytest.raises(ToolFailure, match="without a date") as refused:
        parse_time(text, now=NOW)
    assert instead in refused.value.hint
    written = refused.value.hint.rpartition(" ")[2].rstrip(".")
    assert format_time(parse_time(written, now=NOW)).startswith(written.rstrip("Z"))


@given(st.text(max_size=80))
def test_any_text_is_a_moment_or_a_clear_refusal(text: str) -> None:
    with contextlib.suppress(ToolFailure):
        moment = parse_time(text, now=NOW)
        assert parse_time(format_time(moment), now=NOW) == pytest.approx(moment, abs=0.001)


@given(st.integers(0, 10**11))
def test_a_duration_can_be_typed_back(milliseconds: int) -> None:
    assert parse_duration(format_duration(milliseconds / 1000)) == pytest.approx(milliseconds / 1000)


@given(st.floats(1, 40 * 365 * 86400))
def test_the_automatic_step_is_round_and_gives_a_readable_number_of_points(span: float) -> None:
    step = choose_step(NOW - span, NOW)
    assert step == int(step)
    assert span / step <= 240
    assert span / step >= 60 or step == 1


def test_a_step_of_ones_own_is_kept_or_refused_with_one_that_works() -> None:
    assert choose_step(NOW - 3600, NOW, "15s") == 15
    with pytest.raises(ToolFailure, match="Use a step of 3h"):
        choose_step(NOW - 30 * 86400, NOW, "1s")
