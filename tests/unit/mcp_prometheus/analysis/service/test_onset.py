"""When a course came over to where it is now."""

import math

import pytest

from ritsuko_mcp_prometheus.analysis.service.onset import crossing

LOW, HIGH = [1.0] * 5, [9.0] * 5


@pytest.mark.parametrize(
    ("values", "former", "current", "place"),
    [
        ([*LOW, *HIGH], 1.0, 9.0, 5),
        ([*HIGH, *LOW], 9.0, 1.0, 5),
        # For the last time.
        ([*LOW, *HIGH, *LOW, *HIGH], 1.0, 9.0, 15),
        # It was so all the day, or is no longer so.
        (HIGH, 1.0, 9.0, None),
        ([*LOW, *HIGH, *LOW], 1.0, 9.0, None),
        ([*LOW, math.nan, *HIGH], 1.0, 9.0, None),
        ([], 1.0, 9.0, None),
    ],
)
def test_the_last_crossing_is_found(values: list[float], former: float, current: float, place: int | None) -> None:
    course = [(300.0 * index, value) for index, value in enumerate(values)]
    assert crossing(course, former, current, 300.0) == (None if place is None else 300.0 * place)


def test_what_lies_behind_missing_samples_is_not_known() -> None:
    course = [(0.0, 1.0), (300.0, 1.0), (3000.0, 9.0), (3300.0, 9.0)]
    assert crossing(course, 1.0, 9.0, 300.0) is None
