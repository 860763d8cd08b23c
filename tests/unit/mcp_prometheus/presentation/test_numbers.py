"""Numbers for people, statistics and sparklines."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_prometheus.presentation.numbers import format_value, json_number, sparkline

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
