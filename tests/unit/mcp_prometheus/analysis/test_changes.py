"""Robust figures, comparisons and candidates, on plain numbers."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_prometheus.analysis.changes.candidates import bounded, candidates
from ritsuko_mcp_prometheus.analysis.changes.effect import move_of
from ritsuko_mcp_prometheus.analysis.verdict import compare
from ritsuko_mcp_prometheus.api.series import Sample, Series
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


def course(values: list[float], shift: float = 0.0) -> list[Sample]:
    return [(60.0 * index - shift, value) for index, value in enumerate(values)]


def test_what_both_days_have_in_common_is_no_noise() -> None:
    rise = [10.0 * index for index in range(60)]
    noise = random.Random(2)
    then = course([value + noise.gauss(0, 1) for value in rise], 86400)
    higher = compare({}, course([value + 60 + noise.gauss(0, 1) for value in rise]), then, 86400, 60)
    same = compare({}, course([value + noise.gauss(0, 1) for value in rise]), then, 86400, 60)
    assert higher.verdict == "higher"
    assert same.verdict == "as before"
    assert higher.then is not None
    # The rise makes the spread of each day far larger than the change.
    assert higher.then.spread > 60


def test_a_change_that_stands_out_and_is_tiny_is_not_notable() -> None:
    found = compare({}, course([106.0] * 60), course([100.0] * 60, 86400), 86400, 60)
    assert found.verdict == "as before"
    assert found.effect > 5
    assert found.share == pytest.approx(0.06)


@pytest.mark.parametrize(
    ("now", "then", "verdict"),
    [
        ([], [1.0] * 60, "gone"),
        ([1.0] * 60, [], "new"),
        ([9.0] * 10, [1.0] * 60, "too short"),
        ([9.0] * 60, [1.0] * 10, "too short"),
        ([math.nan] * 60, [math.nan] * 60, "no number"),
        ([math.inf] * 60, [math.nan] * 60, "no number"),
        ([5.0, 6.0] * 30, [1.0, 10.0] * 30, "steadier"),
        ([0.0] * 60, [0.0] * 60, "as before"),
        ([1.0] * 60, [0.0] * 60, "higher"),
    ],
)
def test_the_verdict(now: list[float], then: list[float], verdict: str) -> None:
    assert compare({}, course(now), course(then, 86400), 86400, 60).verdict == verdict


def test_what_a_rate_still_sees_of_the_past_belongs_to_neither_side() -> None:
    (failures,) = candidates({"failures_total": 1}, {}, 'job="a"', "4m")
    # Four minutes long the rate rises from the old level to the new one, which holds for three minutes.
    series = Series({"job": "a"}, course([1.0] * 30 + [3.0, 5.0, 7.0, 9.0] + [9.0] * 3))
    moment = 29 * 60.0
    moved = move_of(failures, series, moment, moment + 240)
    assert moved is not None
    assert (moved.before, moved.after) == (1.0, 9.0)
    assert move_of(failures, series, moment, moment + 360) is None


def test_a_series_that_is_no_number_is_not_gone() -> None:
    numbers, none = course([1.0] * 30), course([math.nan] * 30)
    verdicts = {
        name: compare({"a": "b"}, now, then, 86400.0, 30).verdict
        for name, now, then in (
            ("nan now", none, numbers),
            ("nan then", numbers, none),
            ("gone", [], numbers),
            ("new", numbers, []),
        )
    }
    assert verdicts == {
        "nan now": "no number now",
        "nan then": "no number then",
        "gone": "gone",
        "new": "new",
    }


def test_each_metric_is_asked_for_by_what_it_is() -> None:
    counts = {
        "requests_total": 3, "queue": 2, "took_seconds_bucket": 8, "took_seconds_sum": 1, "took_seconds_count": 1,
        "size_bytes_sum": 1, "size_bytes_count": 1, "started_timestamp_seconds": 1, "build_info": 1, "hits": 50,
    }  # fmt: skip
    found = candidates(counts, {"hits": "counter"}, 'job="a"', "5m")
    assert {(one.metric, one.figure): one.query for one in found} == {
        ("requests_total", "rate"): 'rate(requests_total{job="a"}[5m])',
        ("queue", "level"): 'queue{job="a"}',
        ("took_seconds", "p90"): 'histogram_quantile(0.9, sum by (le) (rate(took_seconds_bucket{job="a"}[5m])))',
        ("took_seconds_count", "rate"): 'rate(took_seconds_count{job="a"}[5m])',
        ("size_bytes", "mean"): 'sum(rate(size_bytes_sum{job="a"}[5m])) / sum(rate(size_bytes_count{job="a"}[5m]))',
        ("size_bytes_count", "rate"): 'rate(size_bytes_count{job="a"}[5m])',
        # Too many series to tell apart; metadata says what its name doesn't.
        ("hits", "rate"): 'sum(rate(hits{job="a"}[5m]))',
    }


def test_what_changed_most_is_looked_at_and_what_did_not_is_left() -> None:
    found = candidates({"a": 5, "b": 5, "c": 5, "d": 5}, {}, 'job="a"', "5m")
    changes = {"a": 0.1, "b": 0.9, "c": 0.0, "d": 0.5}
    assert [one.metric for one in bounded(found, changes, 2, 100)] == ["b", "d"]
    assert [one.metric for one in bounded(found, changes, 9, 11)] == ["b", "d"]
    assert [one.metric for one in bounded(found, changes, 9, 100)] == ["b", "d", "a"]
