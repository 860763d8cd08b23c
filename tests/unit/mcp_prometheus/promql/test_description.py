"""Queries in words, and where one is malformed when Prometheus can't be asked."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_prometheus.promql.description import tree
from ritsuko_mcp_prometheus.promql.error_position import located
from ritsuko_mcp_prometheus.promql.query_errors import FUNCTIONS, bad_query
from ritsuko_mcp_prometheus.promql.syntax import Unparsable, parse, selections, value_type


def test_a_query_is_told_step_by_step() -> None:
    told = tree(
        parse('sum by (job) (rate(x_total{code=~"5.."}[5m] offset 1d)) / on (job) group_left (team) up > bool 0.1')
    )
    assert [re.sub(r" +→", " →", line) for line in told.splitlines()] == [
        "left above right, as 1 or 0 → instant vector",
        "├─ divided by; pairs alike in job; many on the left, which get team from the other side → instant vector",
        "│  ├─ sum for each job → instant vector",
        "│  │  └─ rate: growth per second over the range (for counters) → instant vector",
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
        ("topk(3, up)", "the 3 highest over all"),
        ("quantile without (pod) (0.9, up)", "quantile 0.9 for each combination of the labels other than pod"),
        ('count_values("v", up)', 'how many series have each value, in the label "v"'),
        ('label_replace(up, "a", "$1", "b", "(.*)")', 'label "a" set to "$1", from "b" where it matches "(.*)"'),
        ("histogram_quantile(0.9, x)", "estimate below which a share of 0.9 of the observations lie"),
        ("clamp(up, 0, 1)", "kept between 0 and 1"),
        ("predict_linear(up[1h], 3600)", "value 3600 seconds from now"),
        ("a unless ignoring (x) b", "left series that the right has not; pairs alike in all labels but x"),
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
            except Unparsable:
                continue
        assert told, name
        for line in told:
            words = line.partition("→")[0].removeprefix(f"{name}: ").strip()
            assert words not in ("", name), line
            assert "{" not in words, line


@pytest.mark.parametrize(
    ("promql", "kind"),
    [
        ("up", "instant vector"),
        ("up[5m]", "range vector"),
        ("up[5m:1m]", "range vector"),
        ("1 + 2", "scalar"),
        ("1 + up", "instant vector"),
        ("(-time())", "scalar"),
        ("scalar(up)", "scalar"),
        ('"x"', "string"),
        ("sum(up)", "instant vector"),
    ],
)
def test_what_a_query_gives(promql: str, kind: str) -> None:
    assert value_type(parse(promql)) == kind


def test_selectors_are_found_where_they_stand() -> None:
    found = selections(parse('sum(rate(a{x="1"}[5m])) / {__name__="b.c"} + max_over_time(d[1h:5m])'))
    assert [(one.metric, one.range, one.text) for one in found] == [
        ("a", 300.0, 'a{x="1"}'),
        ("b.c", None, '{__name__="b.c"}'),
        ("d", None, "d"),
    ]
    assert [call.func.name for call in found[0].calls()] == ["rate"]
    assert [call.func.name for call in found[2].calls()] == ["max_over_time"]


@pytest.mark.parametrize("promql", ["(" * 500 + "1" + ")" * 500, "abs(" * 200 + "up" + ")" * 200, "1" + "^1" * 900])
def test_what_is_nested_too_deep_is_refused(promql: str) -> None:
    with pytest.raises(Unparsable, match="levels deep"):
        parse(promql)


@pytest.mark.parametrize(
    ("promql", "marked"),
    [
        ("raet(up[5m])", "^"),
        ("sum(up) + raet(up[5m])", " " * 10 + "^"),
        ("rate(up[5m]", " " * 11 + "^"),
        ('up{job="x', " " * 7 + "^"),
        ("up)", "  ^"),
        ("up[5x]", "   ^"),
        ("up +\n  foo(up)", "  ^"),
        ("", "^"),
    ],
)
def test_a_malformed_query_is_marked_without_prometheus(promql: str, marked: str) -> None:
    with pytest.raises(Unparsable) as caught:
        parse(promql)
    refused = bad_query(promql, located(promql, str(caught.value)))
    assert refused.excerpt.split("\n")[-1] == marked


@pytest.mark.parametrize(
    ("promql", "hint"),
    [
        ("rate(http.server.duration[5m])", '{"http.server.duration"}'),
        ('up{x="a.b"} )', ""),
    ],
)
def test_a_name_that_needs_quotes_is_shown_in_quotes(promql: str, hint: str) -> None:
    refused = bad_query(promql, "1:10: parse error: unexpected character after '.': 's'")
    assert hint in refused.hint
    assert bool(hint) == bool(refused.hint)


@given(st.text(alphabet="up{}()[]=~!\"'`5mx,+-*/%^ \n@:<>ratesumbyonäé", max_size=40))
def test_whatever_is_written_is_either_told_or_refused_with_a_place_inside(promql: str) -> None:
    try:
        root = parse(promql)
    except Unparsable as error:
        match = re.match(r"(\d+):(\d+): ", located(promql, str(error)))
        assert match is not None
        lines = promql.split("\n")
        assert 1 <= int(match[1]) <= len(lines)
        assert 1 <= int(match[2]) <= len(lines[int(match[1]) - 1].encode()) + 2
    else:
        assert tree(root)
