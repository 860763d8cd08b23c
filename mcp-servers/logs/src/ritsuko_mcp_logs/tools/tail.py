"""The tool `tail`: the newest lines of containers, in the order in which they were written, and what comes next."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from ritsuko_common.durations import format_duration
from ritsuko_mcp_common import Parameters, ReadTool
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_logs.backend import LogBackend
from ritsuko_mcp_logs.diagnosis.missing_names import explain_empty
from ritsuko_mcp_logs.lines.line import Line
from ritsuko_mcp_logs.phrases import counted
from ritsuko_mcp_logs.query.query import Query, time_range
from ritsuko_mcp_logs.query.time_window import parse_window
from ritsuko_mcp_logs.search.matcher import Matcher
from ritsuko_mcp_logs.sources.coverage import Coverage, unread, where
from ritsuko_mcp_logs.sources.source import Source
from ritsuko_mcp_logs.tools.parameters import Exclude, Labels, Level, Namespace, Pod, Regex, Since, Text, log_request

_MOST_HELD = 10_000
_POLL_SECONDS = 1.0
_ROOM_OF_BUDGET = 0.75
_LATE_SECONDS = 10.0
"""How long after its time a line may reach a store."""


class TailParameters(Parameters):
    """What `tail` takes."""

    pod: Pod = ""
    namespace: Namespace = ""
    container: str = ""
    lines: Annotated[int, Field(ge=1, le=500, description="in total, across containers")] = 50
    follow: Annotated[float, Field(ge=0, le=15, description="seconds to wait for new lines")] = 0
    text: Text = ""
    exclude: Exclude = ""
    level: Level = ""
    regex: Regex = False
    labels: Labels = ""
    previous: bool = False
    since: Since = "24h"
    source: str = ""


async def tail(parameters: TailParameters, backend: LogBackend) -> Envelope:
    """The newest `lines` lines in total, across containers, after waiting `follow` seconds for new ones.

    They fit `room` bytes: the oldest are left out, said in the hints.
    """
    request, lines, follow, clock = log_request(parameters), parameters.lines, parameters.follow, backend.clock
    room = int(backend.output_budget * _ROOM_OF_BUDGET)
    source = backend.sources.choose(request.source)
    now = clock()
    query = request.query(*parse_window(request.since, request.until, now))
    coverage = Coverage()
    if source.index is not None:
        found = await _polled(source, query, lines, follow, coverage, clock)
    elif Matcher(query).wants_all:
        query = replace(query, tail=lines, follow=follow > 0, until=now + follow if follow else query.until)
        found = await _lines(source, query, lines, coverage)
    else:
        found = await _lines(source, query, lines, coverage)
        if follow:
            # All that is there is looked through first, however long that takes.
            query = replace(query, since=now, until=clock() + follow, follow=True)
            found = _new(await _lines(source, query, lines, coverage), found)
    newest = _newest(found, lines)
    await explain_empty(source, query, coverage)
    shown = _within(newest, room, coverage.namespace)
    left_out = f"{counted(len(newest) - len(shown), 'older line')} left out to fit; page through them with search."
    pods = len({(line.origin.namespace, line.origin.pod) for line in newest})
    waited = f" after waiting {format_duration(follow)} for more" if follow else ""
    summary = f"The newest {counted(len(shown), 'line')}{request.described} of {where(coverage, pods)}{waited}."
    if not newest:
        nothing = f"No line{request.described}" if request.described else "Nothing"
        summary = (
            coverage.empty_reason
            or f"{nothing} was written in {where(coverage, coverage.matched_pods)} since then{waited}."
        )
    return Envelope(
        summary=summary,
        data="\n".join(shown),
        truncated=len(shown) < len(newest),
        total=len(newest),
        returned=len(shown),
        warnings=unread(coverage),
        hints=[left_out] if len(shown) < len(newest) else [],
        source=coverage.origin,
        time_range=time_range(query, max(now, clock())),
        untrusted=True,
    )


TOOL = ReadTool(
    name="tail",
    title="Show the newest lines",
    description="The newest log lines as written, optionally only those with a text or level.",
    parameters=TailParameters,
    run=tail,
)


async def _lines(source: Source, query: Query, count: int, coverage: Coverage) -> list[Line]:
    """The newest so many that match."""
    matcher = Matcher(query)
    found: list[Line] = []
    async with aclosing(source.read(query, coverage)) as batches:
        async for batch in batches:
            found += batch.lines() if matcher.wants_all else (line for _, _, line in matcher.find(batch))
            if len(found) > _MOST_HELD:
                found = _newest(found, count)
    return found


def _newest(lines: Sequence[Line], count: int) -> list[Line]:
    return sorted(lines, key=lambda line: line.nanoseconds)[-count:]


def _new(lines: Sequence[Line], before: list[Line]) -> list[Line]:
    """The lines of before and those of the others that were not among them."""
    known = {(line.origin, line.nanoseconds, line.raw) for line in before}
    return before + [line for line in lines if (line.origin, line.nanoseconds, line.raw) not in known]


async def _polled(
    source: Source, query: Query, lines: int, follow: float, coverage: Coverage, clock: Callable[[], float]
) -> list[Line]:
    """A store is asked again and again: lines reach it late and not in order."""
    if source.index is not None and source.index.exact(query):
        query = replace(query, limit=lines)
    found = await _lines(source, query, lines, coverage)
    end = clock() + follow
    while clock() < end:
        await asyncio.sleep(min(_POLL_SECONDS, max(0.0, end - clock())))
        again = replace(query, since=max(query.since, clock() - follow - _LATE_SECONDS), until=clock() + _LATE_SECONDS)
        found = _new(await _lines(source, again, lines, Coverage()), found)
    return found


def _within(lines: Sequence[Line], room: int, namespace: str) -> list[str]:
    """The newest of them that fit, each behind its time and, where there are several, its container."""
    several = namespace == "*" or len({line.origin for line in lines}) > 1
    shown: list[str] = []
    for line in reversed(lines):
        of = "/".join(part for part in (line.origin.within(namespace), line.origin.container) if part)
        text = f"{_clock_time(line)} {of} {line.text}" if several else f"{_clock_time(line)} {line.text}"
        room -= len(text.encode()) + 1
        if room < 0 and shown:
            break
        shown.append(text)
    return shown[::-1]


def _clock_time(line: Line) -> str:
    return line.stamp[11:19] if line.nanoseconds else "--:--:--"
