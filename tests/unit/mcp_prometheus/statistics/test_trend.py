"""Where a series goes."""

import math

import pytest

from ritsuko_mcp_prometheus.statistics.trend import trend


def of(values: list[float]) -> str:
    return trend([(float(index), value) for index, value in enumerate(values)])


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([10 + index / 10 for index in range(30)], "rising 19%"),
        ([100 - index for index in range(30)], "falling 21%"),
        ([5.0] * 20, "steady"),
        ([5.0] * 19 + [500.0], "steady"),
        ([math.sin(index) for index in range(60)], "steady"),
        ([0.0] * 10 + [5.0] * 10, "rising"),
        ([1.0] * 10 + [1000.0] * 10, "rising"),
        ([-1.0] * 10 + [-2.0] * 10, "falling 100%"),
        ([math.nan] * 10 + [1.0] * 4, ""),
        ([1.0, 2.0, 3.0], ""),
        ([], ""),
        ([-1.7e308] * 10 + [1.7e308] * 10, "steady"),
    ],
)
def test_trend(values: list[float], told: str) -> None:
    assert of(values) == told
