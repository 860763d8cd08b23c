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
        text: Annotated[str, Field(description="words, all in name or help; empty: every metric", max_length=500)] = "",
        type: Literal["any", "counter", "gauge", "histogram", "summary", "info"] = "any",
        limit: Limit = 50,
        cursor: Cursor = "",
        sort: Annotated[
            Literal["match", "series"], Field(description="series: where most of all series are")
        ] = "match",
    ) -> Envelope:
        """Find metrics by words, best match first: type, unit, series and help of each."""
        return await searching.search(client, text, type, limit, cursor, sort, now=this_moment())

    async def describe(metric: Metric) -> Envelope:
        """What one metric is: type, unit, help, its labels with how many values, an example, a query to begin with."""
        return await metrics.describe(client, metric, now=this_moment())

    async def labels(
        name: Annotated[str, Field(description="a label, for its values; empty: the names", max_length=500)] = "",
        match: Match = "",
        contains: Annotated[str, Field(max_length=500)] = "",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Envelope:
        """Names of labels, or the values of one, with how many there are."""
        return await labels_of.labels(client, name, match, contains, limit, cursor, now=this_moment())

    return [
        read_tool(search, title="Find metrics"),
        read_tool(describe, title="Describe a metric"),
        read_tool(labels, title="List labels"),
    ]
