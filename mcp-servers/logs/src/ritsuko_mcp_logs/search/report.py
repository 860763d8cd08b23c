"""What a search found and what it did not read, as an envelope."""

import re
from bisect import bisect_right
from dataclasses import dataclass

from ritsuko_api.envelope import Row
from ritsuko_mcp_common import cursor as cursors
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_logs.lines.line import Line
from ritsuko_mcp_logs.phrases import counted
from ritsuko_mcp_logs.query.query import Query, time_range
from ritsuko_mcp_logs.search.page_position import PagePosition
from ritsuko_mcp_logs.search.ranking import Match, in_order
from ritsuko_mcp_logs.search.request import LogRequest
from ritsuko_mcp_logs.sources.coverage import NO_RUN_BEFORE, Coverage, unread, where

_LOOKS_LIKE_REGEX = re.compile(r"\.[*+]|\\[dwsbDWSB]|[)\w]\|[(\w]|^\^|\$$|\[[^\]]+\][*+]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A page of hits; how many lines matched, of how many, of how many pods."""

    coverage: Coverage
    hits: list[Match]
    matches: int
    lines: int
    pods: int
    before: int
    """How many matches lie before this page."""
    tells_runs: bool = False
    """Whether the source tells the runs of a container apart."""


def report(request: LogRequest, query: Query, found: Found, why: list[str], *, now: float) -> Envelope:
    """The answer. `why` tells of names that are not there, if nothing was found."""
    hits = found.hits
    left = found.matches - found.before - len(hits)
    lines, ends = in_order(hits)

    def after(rows: int) -> str | None:
        """The cursor behind the last hit that is whole, neighbours included, within so many rows."""
        whole = bisect_right(ends, rows)
        if not whole or (whole == len(hits) and left <= 0):
            return None
        return cursors.encode(PagePosition.of(hits[whole - 1].key, query.since, query.until), request.fixed)

    envelope = Envelope(
        summary=_summary(request, query, found, now),
        data=[
            _row(hit, line, matched, found.coverage.namespace, context=request.context > 0)
            for hit, line, matched in lines
        ],
        truncated=left > 0,
        # With context, rows are not all matches.
        total=None if request.context else found.matches,
        returned=len(lines),
        next_cursor=after(len(lines)),
        warnings=unread(found.coverage),
        hints=_behind_all(found) if found.matches else [*why, *_hints(request, found)],
        source=found.coverage.origin,
        time_range=time_range(query, now),
        untrusted=True,
    )
    return envelope.resumable(after)


def _row(hit: Match, line: Line, matched: bool, namespace: str, *, context: bool) -> Row:
    origin = hit.key.origin
    row: Row = {"time": format_time(line.time) if line.nanoseconds else ""}
    row["pod"], row["container"] = origin.within(namespace), origin.container if origin.pod else ""
    if context:
        row["match"] = "»" if matched else ""
    row["text"] = line.text
    return row


def _summary(request: LogRequest, query: Query, found: Found, now: float) -> str:
    if found.coverage.empty_reason:
        return found.coverage.empty_reason
    since = f"since {format_time(query.since)}"
    if query.until < now:
        since += f" until {format_time(query.until)}"
    if not found.pods and not found.lines:
        return f"Nothing was read from {where(found.coverage, found.coverage.matched_pods)}."
    of = where(found.coverage, found.pods)
    if not found.lines:
        return f"{of} wrote nothing {since}."
    return (
        f"Found {counted(found.matches, 'line')}{request.described} in {counted(found.lines, 'line')} of {of} {since}."
    )


def _behind_all(found: Found) -> list[str]:
    """What to say of a page that lies behind all matches."""
    empty = not found.hits and found.before
    return ["There are no matches after this cursor; omit it to start from the first one."] if empty else []


def _hints(request: LogRequest, found: Found) -> list[str]:
    """What to try when nothing was found."""
    hints: list[str] = []
    if found.lines and request.text and not request.regex and _LOOKS_LIKE_REGEX.search(request.text):
        hints.append("The text was searched literally; set regex=true to use it as a regular expression.")
    if found.lines and found.coverage.retention_note:
        hints.append(found.coverage.retention_note)
    if found.pods:
        before = ", or in the run before the last restart with previous=true" if found.tells_runs else ""
        hints.append(f"Look further back with since=24h{before}.")
    elif request.previous and all(gap.reason == NO_RUN_BEFORE for gap in found.coverage.gaps):
        hints.append("No container has restarted; omit previous.")
    return hints
