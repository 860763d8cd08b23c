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

Rows = Annotated[int, Field(ge=1, le=200, description="most rows")]
Name = Annotated[str, Field(max_length=253)]


def analysis_tools(client: PrometheusClient, settings: PrometheusSettings) -> list[Tool]:
    """`compare`, `movers`, `performance`, `chart` and `link`."""
    external = ExternalUrls.of(settings)

    async def compare(
        query: Query,
        against: Annotated[str, Written, Field(description="how long before: 1d, 1w")] = "1d",
        start: Moment = "-1h",
        end: Later = "now",
        limit: Rows = 30,
        cursor: Cursor = "",
    ) -> Envelope:
        """A query now against the same time last day or week: median and spread a series, notable ones first,
        new and gone ones too."""
        return await make_comparison(client, query, against, start, end, limit, cursor, now=this_moment())

    async def movers(
        namespace: Name = "",
        job: Name = "",
        at: Annotated[str, Written, Field(description="when it changed; time as for query")] = "-15m",
        window: Annotated[str, Written, Field(description="looked at before and after")] = "1h",
        limit: Rows = 20,
    ) -> Envelope:
        """Which metrics of a namespace or job changed most around a time, by effect size; says what it left out."""
        return await find_movers(client, namespace, job, at, window, limit, now=this_moment())

    async def performance(
        name: Annotated[str, Field(description="service, workload or job", max_length=253, examples=["checkout"])],
        namespace: Name = "",
        window: Annotated[str, Written, Field(description="looked at, and as long before")] = "15m",
        at: Annotated[str, Written, Field(description="its end")] = "now",
    ) -> Envelope:
        """Rate, errors, duration and saturation of a service, now, just before and a day ago, from whatever metrics
        it has (HTTP, gRPC, mesh, ingress, traces, containers, its own names); what is absent says why."""
        return await tell_performance(client, name, namespace, window, at, now=this_moment())

    async def chart(
        query: Query,
        start: Moment = "-1h",
        end: Later = "now",
        unit: Annotated[WantedUnit, Field(description="of the axis")] = "auto",
    ) -> Envelope:
        """A query's course as a picture (PNG), at most 8 series."""
        return await make_chart(client, external, query, start, end, unit, now=this_moment())

    async def link(
        query: Annotated[str, Field(description="PromQL", max_length=6000)] = "",
        start: Moment = "-1h",
        end: Later = "now",
        dashboard: Annotated[str, Field(description="uid of a Grafana dashboard to link too")] = "",
        variables: Annotated[str, Field(description="its variables, like namespace=shop,pod=web-0")] = "",
    ) -> Envelope:
        """Links to a query in Prometheus and Grafana, or a dashboard, with the time frozen."""
        return await make_links(client, external, query, start, end, dashboard, variables, now=this_moment())

    return [
        read_tool(compare, title="Compare with earlier"),
        read_tool(movers, title="Find what changed"),
        read_tool(performance, title="See how a service does"),
        read_tool(chart, title="Draw metrics"),
        read_tool(link, title="Link to metrics"),
    ]
