"""A series now against the same series earlier."""

import math
import random

import pytest

from ritsuko_mcp_prometheus.analysis.verdict import judge
from ritsuko_mcp_prometheus.api.series import Sample


def course(values: list[float], shift: float = 0.0) -> list[Sample]:
    return [(60.0 * index - shift, value) for index, value in enumerate(values)]


def test_what_both_days_have_in_common_is_no_noise() -> None:
    rise = [10.0 * index for index in range(60)]
    noise = random.Random(2)
    then = course([value + noise.gauss(0, 1) for value in rise], 86400)
    higher = judge({}, course([value + 60 + noise.gauss(0, 1) for value in rise]), then, 86400, 60)
    same = judge({}, course([value + noise.gauss(0, 1) for value in rise]), then, 86400, 60)
    assert higher.verdict == "higher"
    assert same.verdict == "unchanged"
    assert higher.then is not None
    # The rise makes the spread of each day far larger than the change.
    assert higher.then.spread > 60


def test_a_change_that_stands_out_and_is_tiny_is_not_notable() -> None:
    found = judge({}, course([106.0] * 60), course([100.0] * 60, 86400), 86400, 60)
    assert found.verdict == "unchanged"
    assert found.effect > 5
    assert found.share == pytest.approx(0.06)


@pytest.mark.parametrize(
    ("now", "then", "verdict"),
    [
        ([], [1.0] * 60, "gone"),
        ([1.0] * 60, [], "new"),
        ([9.0] * 10, [1.0] * 60, "too short"),
        ([9.0] * 60, [1.0] * 10, "too short"),
        ([math.nan] * 60, [math.nan] * 60, "not finite"),
        ([math.inf] * 60, [math.nan] * 60, "not finite"),
        ([5.0, 6.0] * 30, [1.0, 10.0] * 30, "steadier"),
        ([0.0] * 60, [0.0] * 60, "unchanged"),
        ([1.0] * 60, [0.0] * 60, "higher"),
    ],
)
def test_the_verdict(now: list[float], then: list[float], verdict: str) -> None:
    assert judge({}, course(now), course(then, 86400), 86400, 60).verdict == verdict


def test_a_series_that_is_no_number_is_not_gone() -> None:
    numbers, none = course([1.0] * 30), course([math.nan] * 30)
    verdicts = {
        name: judge({"a": "b"}, now, then, 86400.0, 30).verdict
        for name, now, then in (
            ("nan now", none, numbers),
            ("nan then", numbers, none),
            ("gone", [], numbers),
            ("new", numbers, []),
        )
    }
    assert verdicts == {
        "nan now": "not finite now",
        "nan then": "not finite then",
        "gone": "gone",
        "new": "new",
    }
