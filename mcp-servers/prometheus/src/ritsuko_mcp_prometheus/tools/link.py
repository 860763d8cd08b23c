"""`link`: links to the same query and time range in Prometheus and Grafana."""

from contextlib import suppress

from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import BackendUnreachable
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.errors import BadRequest, NotOffered
from ritsuko_mcp_prometheus.evaluation.window import parse_window, time_range
from ritsuko_mcp_prometheus.presentation.external_urls import (
    ExternalUrls,
    grafana_dashboard,
    grafana_explore,
    prometheus_graph,
)


async def link(
    client: PrometheusClient,
    external: ExternalUrls,
    query: str,
    start: str,
    end: str,
    dashboard: str,
    variables: str,
    *,
    now: float,
) -> Envelope:
    """Links to the query in Prometheus and Grafana, and to a dashboard, with a fixed start and end.

    Raises BadRequest for a query that Prometheus rejects. If Prometheus is unreachable the links are returned anyway:
    they may help to find out why.
    """
    if not query.strip() and not dashboard:
        raise BadRequest("query or dashboard is required", "Set query, or dashboard to a dashboard's uid.")
    first, last = parse_window(start, end, now=now)
    envelope = Envelope(
        summary=f"From {format_time(first)} to {format_time(last)} (fixed).",
        source=client.source,
        time_range=time_range(first, last),
    )
    if query.strip():
        with suppress(NotOffered, BackendUnreachable):
            await client.format_query(query)
        envelope.links.append(prometheus_graph(external, query, first, last))
        if not external.public:
            envelope.hints.append(
                f"{external.prometheus} may be reachable only inside the cluster: set PROMETHEUS_PUBLIC_URL."
            )
        if explore := grafana_explore(external, query, first, last):
            envelope.links.append(explore)
    if dashboard and external.grafana:
        envelope.links.append(grafana_dashboard(external, dashboard, _variables(variables), first, last))
    if not external.grafana:
        envelope.hints.append("No links to Grafana: GRAFANA_URL is not set.")
    elif not external.datasource:
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
