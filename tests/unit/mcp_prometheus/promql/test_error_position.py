"""Where a query is malformed when Prometheus can't be asked."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_prometheus.promql.description import tree
from ritsuko_mcp_prometheus.promql.error_position import located
from ritsuko_mcp_prometheus.promql.query_errors import bad_query
from ritsuko_mcp_prometheus.promql.syntax import ParseFailure, parse


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
    with pytest.raises(ParseFailure) as caught:
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
    except ParseFailure as error:
        match = re.match(r"(\d+):(\d+): ", located(promql, str(error)))
        assert match is not None
        lines = promql.split("\n")
        assert 1 <= int(match[1]) <= len(lines)
        assert 1 <= int(match[2]) <= len(lines[int(match[1]) - 1].encode()) + 2
    else:
        assert tree(root)
