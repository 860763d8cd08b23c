"""The tools that tell what there is to ask for."""

from typing import Annotated, Literal

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.tool import read_tool
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.tools import describe as metrics
from ritsuko_mcp_prometheus.tools import labels as labels_of
from ritsuko_mcp_prometheus.tools import search as searching
from ritsuko_mcp_prometheus.tools.parameters import Cursor, Limit, Match, Metric, this_moment


def catalogue_tools(client: PrometheusClient) -> list[Tool]:
    """`search`, `describe` and `labels`."""

    async def search(
        text: Annotated[
            str, Field(description="words that name or help contain; empty: all metrics", max_length=500)
        ] = "",
        type: Literal["any", "counter", "gauge", "histogram", "summary", "info"] = "any",
        limit: Limit = 50,
        cursor: Cursor = "",
        sort: Annotated[
            Literal["match", "series"], Field(description="series: metrics with the most series first")
        ] = "match",
    ) -> Envelope:
        """Find metrics by words, best match first, with type, unit, number of series and help."""
        return await searching.search(client, text, type, limit, cursor, sort, now=this_moment())

    async def describe(metric: Metric) -> Envelope:
        """Describe a metric: type, unit, help, labels with their number of values, an example and a first query."""
        return await metrics.describe(client, metric, now=this_moment())

    async def labels(
        name: Annotated[
            str, Field(description="label whose values to list; empty: list label names", max_length=500)
        ] = "",
        match: Match = "",
        contains: Annotated[str, Field(max_length=500)] = "",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Envelope:
        """List label names, or the values of one label, with counts."""
        return await labels_of.labels(client, name, match, contains, limit, cursor, now=this_moment())

    return [
        read_tool(search, title="Find metrics"),
        read_tool(describe, title="Describe a metric"),
        read_tool(labels, title="List labels"),
    ]
