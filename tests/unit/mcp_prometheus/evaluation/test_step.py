"""Points of a range: the last of them is the end, and what lies between them is spoken of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_prometheus.evaluation.resolution import unseen
from ritsuko_mcp_prometheus.evaluation.step import choose_step, first_point


@given(start=st.integers(0, 4_000_000_000), span=st.integers(1, 400_000_000), odd=st.integers(0, 999))
def test_the_last_point_is_the_end_and_none_is_missing(start: int, span: int, odd: int) -> None:
    end = start + span + odd / 1000
    step = choose_step(start, end)
    first = first_point(start, end, step)
    steps = round((end - first) * 1000) / (step * 1000)
    assert steps == int(steps)
    assert 0 <= first - start < step


@pytest.mark.parametrize(
    ("promql", "step", "said"),
    [
        ('load{kind="still"}', 21600, 'max_over_time(load{kind="still"}[6h])'),
        ("up > 0", 21600, "max_over_time(...[6h])"),
        ("rate(up[10m])", 21600, "tells of the 10m before it"),
        ("up", 300, ""),
        ("rate(up[6h])", 21600, ""),
        ("max_over_time(up[6h:1m])", 21600, ""),
        ("1 + 1", 21600, ""),
    ],
)
def test_samples_that_no_point_sees_are_told(promql: str, step: float, said: str) -> None:
    told = unseen(promql, step)
    assert said in told
    assert bool(said) == bool(told)
