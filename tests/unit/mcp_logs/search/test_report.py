"""What a search says of a page."""

from ritsuko_mcp_logs.lines.line import Line, Origin
from ritsuko_mcp_logs.search.ranking import Match, MatchKey
from ritsuko_mcp_logs.search.report import Found, report
from ritsuko_mcp_logs.search.request import LogRequest
from ritsuko_mcp_logs.sources.coverage import Coverage

NOW = 1_790_000_000.0
ORIGIN = Origin("shop", "web-1", "app")


def hints(*, hits: int, before: int) -> list[str]:
    """Of a page of so many hits, behind so many of five matches."""
    request = LogRequest(text="error")
    keys = [MatchKey(index, ORIGIN, 0) for index in range(hits)]
    page = [Match(key, (key, Line(ORIGIN, b"", b"error"))) for key in keys]
    found = Found(coverage=Coverage(), hits=page, matches=5, lines=9, pods=1, before=before)
    return report(request, request.query(NOW - 60, NOW), found, [], now=NOW).hints


def test_an_empty_page_behind_all_matches_is_explained() -> None:
    assert hints(hits=0, before=5) == ["There are no matches after this cursor; omit it to start from the first one."]
    assert hints(hits=2, before=3) == []
    assert hints(hits=5, before=0) == []
