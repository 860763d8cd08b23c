"""The tools that evaluate PromQL."""

from typing import Annotated

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.tool import read_tool
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.tools import explain as explanation
from ritsuko_mcp_prometheus.tools.parameters import Cursor, Later, Limit, Moment, Query, Written, this_moment
from ritsuko_mcp_prometheus.tools.query import instant
from ritsuko_mcp_prometheus.tools.query_range import ranged


def querying_tools(client: PrometheusClient) -> list[Tool]:
    """`query`, `query_range` and `explain`."""

    async def query(
        query: Query,
        time: Moment = "now",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Envelope:
        """Value of a PromQL query at one time: a row per series, largest first unless the query sorts.
        An empty result explains why and names similar metrics."""
        return await instant(client, query, time, limit, cursor, now=this_moment())

    async def query_range(
        query: Query,
        start: Moment = "-1h",
        end: Later = "now",
        step: Annotated[
            str, Written, Field(description="time between points, such as 30s; auto: about 240 points")
        ] = "auto",
        points: Annotated[bool, Field(description="return every point instead of statistics")] = False,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Envelope:
        """PromQL query over a time range: statistics, trend and sparkline per series, or all points."""
        return await ranged(client, query, start, end, step, points, limit, cursor, now=this_moment())

    async def explain(query: Query) -> Envelope:
        """Explain a PromQL query: what it does, likely mistakes, and whether its names exist."""
        return await explanation.explain(client, query, now=this_moment())

    return [
        read_tool(query, title="Query metrics"),
        read_tool(query_range, title="Query metrics over time"),
        read_tool(explain, title="Explain a query"),
    ]
