"""`link`: links to the same query and time range in Prometheus and Grafana."""

from contextlib import suppress
from typing import Annotated

from pydantic import Field

from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import BackendUnreachable
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_common.tool import Parameters, ReadTool
from ritsuko_mcp_prometheus.backend import PrometheusBackend
from ritsuko_mcp_prometheus.errors import BadRequest, NotOffered
from ritsuko_mcp_prometheus.evaluation.window import parse_window, time_range
from ritsuko_mcp_prometheus.presentation.external_urls import (
    grafana_dashboard,
    grafana_explore,
    prometheus_graph,
)
from ritsuko_mcp_prometheus.tools.parameters import Later, Moment


class LinkParameters(Parameters):
    """What `link` takes."""

    query: Annotated[str, Field(description="PromQL", max_length=6000)] = ""
    start: Moment = "-1h"
    end: Later = "now"
    dashboard: Annotated[str, Field(description="uid of a Grafana dashboard to link")] = ""
    variables: Annotated[str, Field(description="dashboard variables, such as namespace=shop,pod=web-0")] = ""


async def link(parameters: LinkParameters, backend: PrometheusBackend) -> Envelope:
    """Links to the query in Prometheus and Grafana, and to a dashboard, with a fixed start and end.

    Raises BadRequest for a query that Prometheus rejects. If Prometheus is unreachable the links are returned anyway:
    they may help to find out why.
    """
    client, now = backend.client, backend.now()
    if not parameters.query.strip() and not parameters.dashboard:
        raise BadRequest("query or dashboard is required", "Set query, or dashboard to a dashboard's uid.")
    first, last = parse_window(parameters.start, parameters.end, now=now)
    envelope = Envelope(
        summary=f"From {format_time(first)} to {format_time(last)} (fixed).",
        source=client.source,
        time_range=time_range(first, last),
    )
    if parameters.query.strip():
        with suppress(NotOffered, BackendUnreachable):
            await client.format_query(parameters.query)
        envelope.links.append(prometheus_graph(backend.external, parameters.query, first, last))
        if not backend.external.public:
            envelope.hints.append(
                f"{backend.external.prometheus} may be reachable only inside the cluster: set PROMETHEUS_PUBLIC_URL."
            )
        if explore := grafana_explore(backend.external, parameters.query, first, last):
            envelope.links.append(explore)
    if parameters.dashboard and backend.external.grafana:
        envelope.links.append(
            grafana_dashboard(backend.external, parameters.dashboard, _variables(parameters.variables), first, last)
        )
    if not backend.external.grafana:
        envelope.hints.append("No links to Grafana: GRAFANA_URL is not set.")
    elif not backend.external.datasource:
        envelope.hints.append("No link to Explore: GRAFANA_DATASOURCE_UID is not set.")
    return envelope


def _variables(written: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in written.split(",") if part.strip()]
    if wrong := next((name for name, separator, _ in pairs if not separator), None):
        raise BadRequest(
            f"{wrong.strip()[:60]!r} is not a variable assignment",
            "Use name=value, for example namespace=shop,pod=web-0.",
        )
    return {name.strip(): value.strip() for name, _, value in pairs}


TOOL = ReadTool(
    name="link",
    title="Link to metrics",
    description="Links to a query in Prometheus and Grafana, or to a dashboard, with a fixed time range.",
    parameters=LinkParameters,
    run=link,
)
