"""Durations and ages."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_common.durations import format_age, format_duration, parse_duration

MINUTE, HOUR, DAY, YEAR = 60, 3600, 86400, 365 * 86400


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30m", 1800), ("1h30m", 5400), ("1.5h", 5400), ("2d", 172800), ("1h30m0s", 5400), ("250ms", 0.25), ("0s", 0)],
)
def test_the_notation_of_kubernetes_and_of_promql(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "m", "-5m", "5 m", "1m1h", "five", "90", "1e3", "9" * 500, "∞", "101y", "99999999h"]
)
def test_what_is_not_a_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a duration|longer than a century"):
        parse_duration(text)


@given(st.text(max_size=80))
def test_any_text_is_a_duration_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_duration(text) >= 0


@given(st.integers(0, 10**11))
def test_a_duration_that_is_written_reads_the_same(milliseconds: int) -> None:
    assert parse_duration(format_duration(milliseconds / 1000)) == pytest.approx(milliseconds / 1000)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-9, "0s"),
        (0.9, "0s"),
        (119, "119s"),
        (2 * MINUTE, "2m"),
        (4 * MINUTE + 10, "4m10s"),
        (10 * MINUTE + 10, "10m"),
        (179 * MINUTE, "179m"),
        (3 * HOUR, "3h"),
        (5 * HOUR + 3 * MINUTE, "5h3m"),
        (8 * HOUR + 3 * MINUTE, "8h"),
        (47 * HOUR, "47h"),
        (3 * DAY + 2 * HOUR, "3d2h"),
        (8 * DAY + 2 * HOUR, "8d"),
        (729 * DAY, "729d"),
        (2 * YEAR + 35 * DAY, "2y35d"),
        (9 * YEAR + 35 * DAY, "9y"),
    ],
)
def test_ages_read_as_kubectl_prints_them(seconds: float, shown: str) -> None:
    assert format_age(seconds) == shown
