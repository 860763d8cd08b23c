"""Descriptive statistics of a series."""

import math
import statistics as reference

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_prometheus.statistics.descriptive import statistics

ANY = st.floats(allow_nan=True, allow_infinity=True)


@given(st.lists(st.floats(-1e100, 1e100), min_size=1, max_size=50))
def test_statistics_are_those_of_the_samples(values: list[float]) -> None:
    found = statistics([(float(index), value) for index, value in enumerate(values)])
    assert found is not None
    assert (found.min, found.max, found.last, found.count) == (min(values), max(values), values[-1], len(values))
    assert found.mean == pytest.approx(reference.fmean(values), rel=1e-9, abs=1e-9)


def test_statistics_leave_nan_out_unless_there_is_nothing_else() -> None:
    mixed = statistics([(0, 1.0), (1, math.nan), (2, 3.0)])
    assert mixed is not None
    assert (mixed.min, mixed.max, mixed.mean, mixed.count) == (1.0, 3.0, 2.0, 3)
    alone = statistics([(0, math.nan)])
    assert alone is not None
    assert math.isnan(alone.mean)
    assert statistics([]) is None


@given(st.lists(ANY, min_size=1))
def test_statistics_never_fail(values: list[float]) -> None:
    assert statistics([(0.0, value) for value in values]) is not None
