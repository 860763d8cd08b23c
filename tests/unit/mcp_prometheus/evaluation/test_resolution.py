"""Samples that lie between the points of a range."""

import pytest

from ritsuko_mcp_prometheus.evaluation.resolution import resolution_hint


@pytest.mark.parametrize(
    ("promql", "step", "said"),
    [
        ('load{kind="still"}', 21600, 'max_over_time(load{kind="still"}[6h])'),
        ("up > 0", 21600, "max_over_time(...[6h])"),
        ("rate(up[10m])", 21600, "covers only the 10m before it"),
        ("up", 300, ""),
        ("rate(up[6h])", 21600, ""),
        ("max_over_time(up[6h:1m])", 21600, ""),
        ("1 + 1", 21600, ""),
    ],
)
def test_samples_that_no_point_sees_are_told(promql: str, step: float, said: str) -> None:
    told = resolution_hint(promql, step)
    assert said in told
    assert bool(said) == bool(told)
