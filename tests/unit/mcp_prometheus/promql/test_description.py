"""Queries in words, and where one is malformed when Prometheus can't be asked."""

import re

import pytest

from ritsuko_mcp_prometheus.promql.description import tree
from ritsuko_mcp_prometheus.promql.query_errors import FUNCTIONS
from ritsuko_mcp_prometheus.promql.syntax import ParseFailure, parse


def test_a_query_is_told_step_by_step() -> None:
    told = tree(
        parse('sum by (job) (rate(x_total{code=~"5.."}[5m] offset 1d)) / on (job) group_left (team) up > bool 0.1')
    )
    assert [re.sub(r" +→", " →", line) for line in told.splitlines()] == [
        "left is above right, as 1 or 0 → instant vector",
        "├─ divided by; matched on job; many on the left, with team copied from the other side → instant vector",
        "│  ├─ sum for each job → instant vector",
        "│  │  └─ rate: increase per second over the range (for counters) → instant vector",
        '│  │     └─ x_total where code matches "5..", samples of 5m, 1d earlier → range vector',
        "│  └─ up → instant vector",
        "└─ 0.1 → scalar",
    ]


@pytest.mark.parametrize(
    ("promql", "told"),
    [
        ("max_over_time(up[1h:5m])", "evaluated every 5m over 1h"),
        ("up @ end()", "up, as of the query's end"),
        ("up @ 1790000000 offset -5m", "up, as of 2026-09-21T14:13:20Z, 5m later"),
        ("topk(3, up)", "the 3 highest over all series"),
        ("quantile without (pod) (0.9, up)", "quantile 0.9 for each combination of labels except pod"),
        ('count_values("v", up)', 'how many series have each value, in the label "v"'),
        ('label_replace(up, "a", "$1", "b", "(.*)")', 'label "a" set to "$1", from "b" where it matches "(.*)"'),
        ("histogram_quantile(0.9, x)", "estimated quantile 0.9 of the observations"),
        ("clamp(up, 0, 1)", "clamped between 0 and 1"),
        ("predict_linear(up[1h], 3600)", "value 3600 seconds from now"),
        ("a unless ignoring (x) b", "left series that do not exist on the right; matched on all labels except x"),
        ("-up", "negated"),
        ('{job="a", pod!="b", x!~"c", y=""}', 'every series where job is "a", pod is not "b", x does not match "c"'),
        ('up{a="1" or b="2"}', 'up where a is "1" or b is "2"'),
    ],
)
def test_words(promql: str, told: str) -> None:
    assert told in tree(parse(promql))


def test_every_function_has_words() -> None:
    arguments = [
        "",
        "1",
        "up",
        "up[5m]",
        "1, up",
        "up, 1",
        "1, up[5m]",
        "up[5m], 1",
        "up[5m], 1, 1",
        "1, 2, up",
        "up, 1, 2",
    ]
    arguments += ['up, "a"', 'up, "a", "b"', 'up, "a", "b", "c", "d"', '"a", up']
    for name in FUNCTIONS.split():
        told: list[str] = []
        for given_arguments in arguments:
            try:
                told.append(tree(parse(f"{name}({given_arguments})")).splitlines()[0])
            except ParseFailure:
                continue
        assert told, name
        for line in told:
            words = line.partition("→")[0].removeprefix(f"{name}: ").strip()
            assert words not in ("", name), line
            assert "{" not in words, line
