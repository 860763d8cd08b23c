"""What a caller may want of a line's fields."""

import pytest

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_logs.lines.line import Batch, Origin
from ritsuko_mcp_logs.query.conditions import Condition, parse_conditions
from ritsuko_mcp_logs.search.matcher import Matcher
from ritsuko_mcp_logs.search.request import LogRequest

LINES = [
    "status=200 method=GET took=12ms error=",
    "status=404 method=GET took=1.5s path=/a,b",
    'status=503 method=POST took=2m error="connection refused by x=1"',
    "status=-1 method=get level=WARN",
    "prose without any fields",
]


def matching(conditions: str) -> list[int]:
    """The numbers of the lines that meet these."""
    request = LogRequest(fields=parse_conditions(conditions))
    data = "".join(f"2026-09-21T14:00:00.000000000Z {line}\n" for line in LINES).encode()
    found = Matcher(request.query(0, 1)).find(Batch(Origin(), data))
    return [data[:start].count(b"\n") for start, _, _ in found]


@pytest.mark.parametrize(
    ("conditions", "lines"),
    [
        ("status=404", [1]),
        ("status==404", [1]),
        ("status:=404", [1]),
        ("status!=404", [0, 2, 3, 4]),
        ("status>=404", [1, 2]),
        ("status>404", [2]),
        ("status<404", [0, 3]),
        ("status<=200", [0, 3]),
        ("status>404.5", [2]),
        ("took>1s", [1, 2]),
        ("took<=1500ms", [0, 1]),
        ("took>1", []),
        ("method~^get$", [0, 1, 3]),
        ("method=~p.st", [2]),
        ("method!~get", [2, 4]),
        ("error~refused", [2]),
        ("error~x=1", [2]),
        ("error=", [0]),
        ("error!=", [1, 2, 3, 4]),
        ("level=warning", [3]),
        ("level!=warning", [0, 1, 2, 4]),
        (" status >= 404 , method != POST,", [1]),
        ("", [0, 1, 2, 3, 4]),
    ],
)
def test_lines_that_meet_conditions(conditions: str, lines: list[int]) -> None:
    assert matching(conditions) == lines


def test_conditions_are_shown_as_they_are_meant() -> None:
    assert parse_conditions("a =~ b,c:=d e") == (Condition("a", "~", "b"), Condition("c", "=", "d e"))
    assert LogRequest(fields=parse_conditions("a=1, b >= 2")).described == " where a=1, b>=2"


@pytest.mark.parametrize(
    ("conditions", "said"),
    [
        ("status", "cannot be parsed"),
        ("=5", "cannot be parsed"),
        (">5", "cannot be parsed"),
        (",".join("abcdefghijk") + "=1", "cannot be parsed"),
        (",".join(f"{name}=1" for name in "abcdefghijk"), "at most 10"),
        ("level>=warn", "not a number"),
        ("status>=", "not a number"),
    ],
)
def test_what_cannot_be_meant_is_said(conditions: str, said: str) -> None:
    with pytest.raises(ToolFailure) as failure:
        parse_conditions(conditions)
    assert said in f"{failure.value.message} {failure.value.hint}"


def test_a_broken_expression_is_said() -> None:
    with pytest.raises(ToolFailure, match="not a regular expression"):
        matching("error~(")
