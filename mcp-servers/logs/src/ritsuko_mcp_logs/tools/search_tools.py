"""The tools that search, as callers see them."""

import time
from collections.abc import Callable
from typing import Annotated, Literal

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.tool import read_tool
from ritsuko_mcp_logs.query.conditions import parse_conditions
from ritsuko_mcp_logs.query.query import Order
from ritsuko_mcp_logs.search.request import LogRequest
from ritsuko_mcp_logs.sources.registry import Sources
from ritsuko_mcp_logs.tools.fields import fields as field_values
from ritsuko_mcp_logs.tools.histogram import histogram as count_lines
from ritsuko_mcp_logs.tools.search import search as search_logs
from ritsuko_mcp_logs.tools.sources import status
from ritsuko_mcp_logs.tools.tail import tail as newest_lines

_ROOM_OF_BUDGET = 0.75

Text = Annotated[str, Field(max_length=1000, description="text to find; empty: every line")]
Namespace = Annotated[str, Field(description="default: the server's own; *: all")]
Pod = Annotated[str, Field(description="name, its beginning, a pattern with *, or like deploy/web")]
Level = Annotated[
    Literal["", "debug", "info", "warn", "error", "fatal"], Field(description="least level a line must state")
]
Since = Annotated[str, Field(description="30m, 2d or a time like 2026-01-31T14:00:00Z")]
Labels = Annotated[str, Field(description="label selector, like app=web,tier!=db")]
Regex = Annotated[bool, Field(description="text and exclude are regular expressions (RE2)")]
Exclude = Annotated[str, Field(max_length=1000, description="text that lines must not have")]
Fields = Annotated[
    str,
    Field(description="JSON, logfmt or access log fields: status>=500,method!=GET,error~refused (= != ~ !~ > >= < <=)"),
]


class LogsTools:
    """The tools, over the configured sources."""

    def __init__(self, sources: Sources, *, budget: int, clock: Callable[[], float] = time.time) -> None:
        self._sources = sources
        self._budget = budget
        self._clock = clock

    def all(self) -> list[Tool]:
        """Them all."""
        tools = [
            read_tool(self.search, title="Search logs"),
            read_tool(self.tail, title="See the newest lines"),
            read_tool(self.histogram, title="Count lines over time"),
            read_tool(self.fields, title="See which fields lines have"),
            read_tool(self.sources, title="See where logs come from"),
        ]
        return [offering(self._sources, tool) for tool in tools]

    async def search(
        self,
        text: Text = "",
        namespace: Namespace = "",
        pod: Pod = "",
        container: str = "",
        level: Level = "",
        since: Since = "1h",
        until: str = "now",
        labels: Labels = "",
        fields: Fields = "",
        exclude: Exclude = "",
        regex: Regex = False,
        context: Annotated[int, Field(ge=0, le=10, description="lines before and after each match")] = 0,
        previous: Annotated[bool, Field(description="the run before the last restart")] = False,
        order: Order = "newest",
        case_sensitive: bool = False,
        limit: Annotated[int, Field(ge=1, le=500, description="most matches to return")] = 50,
        cursor: Annotated[str, Field(description="next_cursor of the answer to go on after")] = "",
        source: str = "",
    ) -> Envelope:
        """Search logs for a text or regular expression, by level, field, pod, labels or time. Says how much was read
        and what was not."""
        question = LogRequest(
            text=text,
            exclude=exclude,
            namespace=namespace,
            pod=pod,
            labels=labels,
            container=container,
            level=level,
            fields=parse_conditions(fields),
            since=since,
            until=until,
            regex=regex,
            case_sensitive=case_sensitive,
            previous=previous,
            context=context,
            order=order,
            limit=limit,
            source=source,
        )
        return await search_logs(self._sources, question, cursor, now=self._clock())

    async def tail(
        self,
        pod: Pod = "",
        namespace: Namespace = "",
        container: str = "",
        lines: Annotated[int, Field(ge=1, le=500, description="of all containers together")] = 50,
        follow: Annotated[float, Field(ge=0, le=15, description="seconds to wait for new lines")] = 0,
        text: Text = "",
        exclude: Exclude = "",
        level: Level = "",
        regex: Regex = False,
        labels: Labels = "",
        previous: bool = False,
        since: Since = "24h",
        source: str = "",
    ) -> Envelope:
        """The newest log lines, as they were written; only those with a text or at a level, if one is given."""
        question = LogRequest(
            text=text,
            exclude=exclude,
            level=level,
            regex=regex,
            pod=pod,
            namespace=namespace,
            container=container,
            labels=labels,
            previous=previous,
            since=since,
            source=source,
        )
        room = int(self._budget * _ROOM_OF_BUDGET)
        return await newest_lines(self._sources, question, lines=lines, follow=follow, room=room, clock=self._clock)

    async def histogram(
        self,
        text: Text = "",
        namespace: Namespace = "",
        pod: Pod = "",
        by: Annotated[str, Field(description="level, namespace, pod, container or a field; empty: all")] = "level",
        since: Since = "1h",
        until: str = "now",
        step: Annotated[str, Field(description="like 30s or 5m; auto: about 60 steps")] = "auto",
        level: Level = "",
        labels: Labels = "",
        container: str = "",
        fields: Fields = "",
        exclude: Exclude = "",
        regex: Regex = False,
        points: Annotated[bool, Field(description="a row a step instead of a sparkline")] = False,
        source: str = "",
    ) -> Envelope:
        """Count log lines over time."""
        question = LogRequest(
            text=text,
            exclude=exclude,
            namespace=namespace,
            pod=pod,
            since=since,
            until=until,
            level=level,
            labels=labels,
            container=container,
            fields=parse_conditions(fields),
            regex=regex,
            source=source,
        )
        return await count_lines(self._sources, question, by=by, step=step, points=points, now=self._clock())

    async def fields(
        self,
        name: Annotated[str, Field(description="show this field's values")] = "",
        namespace: Namespace = "",
        pod: Pod = "",
        container: str = "",
        since: Since = "1h",
        until: str = "now",
        text: Text = "",
        level: Level = "",
        labels: Labels = "",
        limit: Annotated[int, Field(ge=1, le=500)] = 50,
        source: str = "",
    ) -> Envelope:
        """Fields (JSON, logfmt, labels of the store) of the newest lines, or of all with a text or at a level: how
        frequent, how many values, which."""
        question = LogRequest(
            text=text,
            level=level,
            namespace=namespace,
            pod=pod,
            container=container,
            since=since,
            until=until,
            labels=labels,
            limit=limit,
            source=source,
        )
        return await field_values(self._sources, question, name, now=self._clock())

    async def sources(self) -> Envelope:
        """Where logs come from: does it answer, how far back does it go."""
        return await status(self._sources, now=self._clock())


def offering(sources: Sources, tool: Tool) -> Tool:
    """The tool with the sources there are as an enumeration, the best as default; one alone is nothing to choose."""
    properties = {**tool.parameters["properties"]}
    if source := properties.pop("source", None):
        if len(sources.names) > 1:
            properties["source"] = {**source, "enum": sources.names, "default": sources.names[0]}
        tool.parameters = {**tool.parameters, "properties": properties}
    return tool
