"""The tools that analyse."""

from typing import Annotated

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.tool import read_tool
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.presentation.external_urls import ExternalUrls
from ritsuko_mcp_prometheus.settings import PrometheusSettings
from ritsuko_mcp_prometheus.tools.chart import WantedUnit
from ritsuko_mcp_prometheus.tools.chart import chart as make_chart
from ritsuko_mcp_prometheus.tools.compare import compare as make_comparison
from ritsuko_mcp_prometheus.tools.link import link as make_links
from ritsuko_mcp_prometheus.tools.movers import movers as find_movers
from ritsuko_mcp_prometheus.tools.parameters import Cursor, Later, Moment, Query, Written, this_moment
from ritsuko_mcp_prometheus.tools.performance import performance as tell_performance

Rows = Annotated[int, Field(ge=1, le=200, description="maximum number of rows")]
Name = Annotated[str, Field(max_length=253)]


def analysis_tools(client: PrometheusClient, settings: PrometheusSettings) -> list[Tool]:
    """`compare`, `movers`, `performance`, `chart` and `link`."""
    external = ExternalUrls.of(settings)

    async def compare(
        query: Query,
        against: Annotated[str, Written, Field(description="how far back to compare: 1d, 1w")] = "1d",
        start: Moment = "-1h",
        end: Later = "now",
        limit: Rows = 30,
        cursor: Cursor = "",
    ) -> Envelope:
        """Compare a query with the same time a day or week earlier: median and spread per series, notable changes
        first, including new and gone series."""
        return await make_comparison(client, query, against, start, end, limit, cursor, now=this_moment())

    async def movers(
        namespace: Name = "",
        job: Name = "",
        at: Annotated[str, Written, Field(description="time of the change, formats as in query")] = "-15m",
        window: Annotated[str, Written, Field(description="length compared before and after at")] = "1h",
        limit: Rows = 20,
    ) -> Envelope:
        """Metrics of a namespace or job that changed most at a time, by effect size; lists what was left out."""
        return await find_movers(client, namespace, job, at, window, limit, now=this_moment())

    async def performance(
        name: Annotated[str, Field(description="service, workload or job", max_length=253, examples=["checkout"])],
        namespace: Name = "",
        window: Annotated[
            str, Written, Field(description="length of the window; the same length before it is the baseline")
        ] = "15m",
        at: Annotated[str, Written, Field(description="end of the window")] = "now",
    ) -> Envelope:
        """Rate, errors, duration and saturation of a service: now, just before and a day ago, from the metrics it has
        (HTTP, gRPC, mesh, ingress, traces, containers, custom); missing signals state why."""
        return await tell_performance(client, name, namespace, window, at, now=this_moment())

    async def chart(
        query: Query,
        start: Moment = "-1h",
        end: Later = "now",
        unit: Annotated[WantedUnit, Field(description="unit of the axis")] = "auto",
    ) -> Envelope:
        """Chart of a query as a PNG image, at most 8 series."""
        return await make_chart(client, external, query, start, end, unit, now=this_moment())

    async def link(
        query: Annotated[str, Field(description="PromQL", max_length=6000)] = "",
        start: Moment = "-1h",
        end: Later = "now",
        dashboard: Annotated[str, Field(description="uid of a Grafana dashboard to link")] = "",
        variables: Annotated[str, Field(description="dashboard variables, such as namespace=shop,pod=web-0")] = "",
    ) -> Envelope:
        """Links to a query in Prometheus and Grafana, or to a dashboard, with a fixed time range."""
        return await make_links(client, external, query, start, end, dashboard, variables, now=this_moment())

    return [
        read_tool(compare, title="Compare with earlier"),
        read_tool(movers, title="Find what changed"),
        read_tool(performance, title="Check a service"),
        read_tool(chart, title="Chart metrics"),
        read_tool(link, title="Link to metrics"),
    ]
