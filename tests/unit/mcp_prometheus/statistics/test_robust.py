"""Robust statistics: outliers count for little."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_prometheus.statistics.robust import effect, format_relative, level, relative, spread

FINITE = st.floats(-1e9, 1e9, allow_nan=False)


def test_a_few_wild_values_move_neither_middle_nor_spread() -> None:
    noise = random.Random(1)
    calm = [10 + noise.gauss(0, 1) for _ in range(200)]
    wild = [*calm, *[1e6] * 10, math.nan, math.inf]
    before, after = level(calm), level(wild)
    assert before is not None
    assert after is not None
    assert after.median == pytest.approx(before.median, abs=0.2)
    assert before.spread == pytest.approx(1, rel=0.2)
    assert after.spread == pytest.approx(before.spread, rel=0.2)
    assert after.count == 210


def test_where_most_values_are_equal_the_quartiles_tell_the_spread() -> None:
    assert spread([0.0] * 60 + [1.0] * 40) == pytest.approx(1 / 1.349)
    assert spread([0.0] * 90 + [1.0] * 10) == 0


def test_of_nothing_there_is_no_level() -> None:
    assert level([]) is None
    assert level([math.nan, math.inf]) is None


@given(FINITE, FINITE)
def test_a_change_of_what_never_moved_is_large_and_finite(before: float, after: float) -> None:
    size = effect(after - before, 0.0, before, after, floor=0.05)
    assert math.isfinite(size)
    assert abs(size) <= 40.1
    assert (size > 0) == (after > before) or math.isclose(before, after, abs_tol=1e-300)


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (10, 13.5, "+35 %"),
        (0.1, 0.1 + 1.39e-17, "none"),
        (10, 10.0099, "none"),
        (10, 10.0101, "+0.101 %"),
        (10, 5, "-50 %"),
        (10, 0, "-100 %"),
        (2, 24, "x 12"),
        (0, 3, "from 0"),
        (0, 0, "none"),
        (-4, -2, "+50 %"),
    ],
)
def test_changes_read_as_people_say_them(before: float, after: float, text: str) -> None:
    assert format_relative(relative(before, after)) == text
