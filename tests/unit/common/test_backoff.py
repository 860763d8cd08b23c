"""Delays between tries."""

import pytest

from ritsuko_common.backoff import Backoff, Delays


def test_delays_double_up_to_the_longest_and_start_over() -> None:
    backoff = Backoff(0.2, 1.5, chance=lambda: 0.0)
    assert [backoff.next() for _ in range(5)] == [0.2, 0.4, 0.8, 1.5, 1.5]
    backoff.reset()
    assert backoff.next() == 0.2


def test_jitter_parts_those_that_failed_together_and_never_exceeds_the_longest() -> None:
    backoff = Backoff(0.2, 1.5)
    delays = [backoff.next() for _ in range(1000)][4:]
    assert all(0.9 < delay <= 1.5 for delay in delays)
    assert len(set(delays)) > 900


@pytest.mark.parametrize(("failures", "seconds"), [(1, 1.0), (2, 2.0), (4, 8.0), (5, 8.0), (10**9, 8.0)])
def test_the_delay_is_told_by_the_failures_in_a_row(failures: int, seconds: float) -> None:
    assert Delays(1, 8, 0.5).after(failures, 0.0) == seconds
    assert Delays(1, 8, 0.5).after(failures, 0.5) == seconds * 0.75
