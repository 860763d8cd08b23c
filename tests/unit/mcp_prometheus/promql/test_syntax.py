"""The parse tree of a query."""

import pytest

from ritsuko_mcp_prometheus.promql.syntax import ParseFailure, parse, selectors, value_type


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
    found = selectors(parse('sum(rate(a{x="1"}[5m])) / {__name__="b.c"} + max_over_time(d[1h:5m])'))
    assert [(one.metric, one.range, one.text) for one in found] == [
        ("a", 300.0, 'a{x="1"}'),
        ("b.c", None, '{__name__="b.c"}'),
        ("d", None, "d"),
    ]
    assert [call.func.name for call in found[0].calls()] == ["rate"]
    assert [call.func.name for call in found[2].calls()] == ["max_over_time"]


@pytest.mark.parametrize("promql", ["(" * 500 + "1" + ")" * 500, "abs(" * 200 + "up" + ")" * 200, "1" + "^1" * 900])
def test_what_is_nested_too_deep_is_refused(promql: str) -> None:
    with pytest.raises(ParseFailure, match="levels deep"):
        parse(promql)
