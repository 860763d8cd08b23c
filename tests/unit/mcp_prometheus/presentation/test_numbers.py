"""Numbers for people, statistics and sparklines."""

import json
import math
import statistics as reference

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_prometheus.api.series import (
    Series,
    common_labels,
    folded_labels,
    in_common,
    label_columns,
    selector,
    statistics,
)
from ritsuko_mcp_prometheus.presentation.numbers import format_value, json_number, sparkline, unit_of
from ritsuko_mcp_prometheus.presentation.tables import value_rows

ANY = st.floats(allow_nan=True, allow_infinity=True)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.1 + 0.2, "", "0.3"),
        (1234567, "", "1,234,567"),
        (1234.5678, "", "1,234.57"),
        (1.5e-7, "", "1.5e-07"),
        (math.nan, "", "NaN"),
        (-math.inf, "bytes", "-Inf"),
        (512, "bytes", "512 B"),
        (124_046_540, "bytes", "118.3 MiB"),
        (0.25, "seconds", "250 ms"),
        (0.000286774, "seconds", "0.287 ms"),
        (2.5e-9, "seconds", "2.5e-09 s"),
        (0.0, "seconds", "0 s"),
        (1.0, "seconds", "1 s"),
        (1_790_000_000, "timestamp", "2026-09-21 14:13:20Z"),
        (3, "timestamp", "3"),
    ],
)
def test_values_read_well(value: float, unit: str, text: str) -> None:
    assert format_value(value, unit) == text


@pytest.mark.parametrize(
    ("metric", "unit"),
    [
        ("node_memory_MemFree_bytes", "bytes"),
        ("http_sent_bytes_total", "bytes"),
        ("process_start_time_seconds", "timestamp"),
        ("process_cpu_seconds_total", "seconds"),
        ("up", ""),
        ("", ""),
    ],
)
def test_units_come_from_the_naming_convention(metric: str, unit: str) -> None:
    assert unit_of(metric) == unit


@given(ANY)
def test_every_value_is_valid_json_and_reads_back_the_same(value: float) -> None:
    back = float(json.loads(json.dumps(json_number(value), allow_nan=False)))
    assert back == value or (math.isnan(back) and math.isnan(value))


@given(st.lists(ANY, max_size=60))
def test_a_sparkline_has_a_mark_a_point_at_most_and_never_fails(values: list[float]) -> None:
    line = sparkline([(float(index), value) for index, value in enumerate(values)], 0, max(len(values) - 1, 0))
    assert len(line) <= 24
    assert set(line) <= set("▁▂▃▄▅▆▇█·")


def test_a_sparkline_shows_the_course_and_the_gaps() -> None:
    assert sparkline([(t, float(t)) for t in range(8)], 0, 7) == "▁▂▃▄▅▆▇█"
    assert sparkline([(0, 5.0), (1, 5.0)], 0, 1) == "▄▄"
    assert sparkline([(0, 1.0), (1, 1.0), (8, 3.0), (9, 3.0)], 0, 9) == "▁··█"


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


def test_labels_that_all_share_are_said_once_and_the_rest_are_columns() -> None:
    series = [
        Series({"__name__": "up", "job": "a", "value": "1"}, [(0, 1.0)]),
        Series({"__name__": "up", "job": "a", "pod": "p"}, [(0, 0.0)]),
    ]
    shared = common_labels(series)
    assert shared == {"__name__": "up", "job": "a"}
    assert selector(shared) == 'up{job="a"}'
    columns = label_columns(series, shared)
    assert value_rows(series, columns) == [
        {"pod": "", "label:value": "1", "value": 1},
        {"pod": "p", "label:value": "", "value": 0},
    ]


@pytest.mark.parametrize(
    ("shared", "told"),
    [
        ({}, ""),
        ({"__name__": "up"}, "; each of metric up"),
        ({"__name__": "up", "job": "web"}, '; all up{job="web"}'),
        ({"job": "web"}, '; all {job="web"}'),
    ],
)
def test_a_name_in_common_does_not_read_like_a_state(shared: dict[str, str], told: str) -> None:
    assert in_common(shared) == told


def test_labels_that_few_series_have_share_a_column() -> None:
    odd = [Series({"__name__": f"m{number}", f"label{number}": "x", "job": "a"}, [(1.0, 1.0)]) for number in range(12)]
    columns = label_columns(odd, {})
    folded = folded_labels(odd, columns)
    assert folded == [name for name in columns if name != "__name__"]
    assert value_rows(odd[:1], columns, folded) == [
        {"metric": "m0", "labels": {"job": "a", "label0": "x"}, "value": 1},
    ]
    alike = [Series({f"label{number}": str(one) for number in range(12)}, []) for one in range(3)]
    assert folded_labels(alike, label_columns(alike, {})) == []
    assert folded_labels(odd[:3], label_columns(odd[:3], {})) == []
