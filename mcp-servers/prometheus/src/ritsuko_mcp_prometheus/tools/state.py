"""The tools that tell how Prometheus itself is doing, and what it warns of."""

from typing import Annotated, Literal

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.tool import read_tool
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.tools import alerts as alerting
from ritsuko_mcp_prometheus.tools import rules as evaluation
from ritsuko_mcp_prometheus.tools import targets as scraping
from ritsuko_mcp_prometheus.tools.parameters import Limit, Moment, this_moment

Part = Annotated[str, Field(description="text in name or labels, or label=value", max_length=500)]


def state_tools(client: PrometheusClient) -> list[Tool]:
    """`alerts`, `rules` and `targets`."""

    async def alerts(
        name: Part = "",
        state: Literal["all", "firing", "pending"] = "all",
        limit: Limit = 50,
        at: Moment = "now",
    ) -> Envelope:
        """Firing and pending alerts, now or at another time, most severe first."""
        return await alerting.alerts(client, name, state, limit, at, now=this_moment())

    async def rules(
        name: Annotated[str, Field(description="text in name, group or query", max_length=500)] = "",
        type: Literal["all", "alerting", "recording"] = "all",
        state: Literal["all", "failing", "slow", "firing", "pending", "inactive"] = "all",
        limit: Limit = 50,
    ) -> Envelope:
        """Recording and alerting rules with health and last error: failing first, then slow."""
        return await evaluation.rules(client, name, type, state, limit, now=this_moment())

    async def targets(
        name: Part = "", state: Literal["all", "down", "unknown", "up", "dropped"] = "all", limit: Limit = 50
    ) -> Envelope:
        """Scrape targets, down first, with the error; or targets dropped by relabelling."""
        return await scraping.targets(client, name, state, limit, now=this_moment())

    return [
        read_tool(alerts, title="List alerts"),
        read_tool(rules, title="Check rules"),
        read_tool(targets, title="Check scrape targets"),
    ]
