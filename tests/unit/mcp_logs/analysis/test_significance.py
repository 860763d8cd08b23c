"""What is a change and what is noise."""

import random

import pytest

from ritsuko_mcp_logs.analysis.significance import Verdict, verdict


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        ([0] * 12, [0] * 12, "steady"),
        ([5] * 12, [5] * 12, "steady"),
        ([5] * 12, [6] * 12, "steady"),
        ([5] * 12, [20] * 12, "rising"),
        ([20] * 12, [5] * 12, "falling"),
        ([0] * 12, [3] * 12, "new"),
        ([3] * 12, [0] * 12, "gone"),
        ([0] * 12, [1] + [0] * 11, "steady"),
        ([1] * 12, [0] * 11 + [50], "rising"),
        ([0] * 11 + [50], [50] + [0] * 11, "steady"),
        ([0] * 11 + [50], [0] * 11 + [90], "steady"),
        ([1000] * 12, [1100] * 12, "steady"),
        ([10_000] * 12, [16_000] * 12, "rising"),
    ],
)
def test_a_change_is_more_than_chance_and_more_than_the_bursts_before(
    then: list[int], now: list[int], expected: Verdict
) -> None:
    assert verdict(then, now) == expected


def test_windows_of_different_length_are_compared_by_rate() -> None:
    assert verdict([10] * 24, [10] * 12, share=1 / 3) == "steady"
    assert verdict([10] * 24, [30] * 12, share=1 / 3) == "rising"


def test_among_many_steady_messages_hardly_one_is_told_as_changed() -> None:
    chance = random.Random(1)
    told = 0
    for _ in range(50):
        for rate in (0.02, 0.1, 0.5, 2.0, 10.0):
            then, now = ([_poisson(chance, rate) for _ in range(24)] for _ in range(2))
            told += verdict(then, now, compared=250) != "steady"
    assert told <= 1


def test_a_doubling_is_seen_among_many() -> None:
    chance = random.Random(2)
    found = [
        verdict([_poisson(chance, 10) for _ in range(24)], [_poisson(chance, 20) for _ in range(24)], compared=250)
        for _ in range(50)
    ]
    assert found.count("rising") >= 48


def _poisson(chance: random.Random, rate: float) -> int:
    count, time = 0, chance.expovariate(1)
    while time < rate:
        count, time = count + 1, time + chance.expovariate(1)
    return count
