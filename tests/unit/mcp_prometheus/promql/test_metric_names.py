"""Which metrics a query names, and which come nearest to one that doesn't exist."""

import pytest

from ritsuko_mcp_prometheus.promql.metric_names import metric_names


@pytest.mark.parametrize(
    ("promql", "names"),
    [
        ("up", ["up"]),
        ("sum by (job, up) (rate(http_requests_total{code=~'5..'}[5m]))", ["http_requests_total"]),
        ("a:b:rate5m / on (pod) group_left (node) kube_pod_info", ["a:b:rate5m", "kube_pod_info"]),
        ("a * on (pod) group_left b", ["a", "b"]),
        ('{__name__="x_total", job="y"} or {__name__=~"z.*"}', ["x_total"]),
        ('{"with.dots", job="y"}', ["with.dots"]),
        ("rate(x[1h30m:5m] offset -1d) > bool 1e3 and up @ end()", ["x", "up"]),
        ("sum(x) without (job) # up\n + y", ["x", "y"]),
        ('label_replace(x, "a", "$1", "b", "(.*)")', ["x"]),
        ("1 + Inf - NaN", []),
        ("up + up", ["up"]),
    ],
)
def test_names_in_a_query(promql: str, names: list[str]) -> None:
    assert metric_names(promql) == names
