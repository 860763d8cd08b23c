"""URLs of pages that show a query over a fixed time range."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from ritsuko_api.envelope import Link
from ritsuko_mcp_prometheus.api.failures import without_credentials
from ritsuko_mcp_prometheus.errors import BadRequest
from ritsuko_mcp_prometheus.evaluation.step import choose_step
from ritsuko_mcp_prometheus.settings import PrometheusSettings

_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_VARIABLE = re.compile(r"\w{1,100}")


@dataclass(frozen=True, slots=True)
class ExternalUrls:
    """Base URLs for people, without a trailing slash. `grafana` is empty if there is none.

    `public`: whether `prometheus` was configured for people and is not just what this server uses.
    """

    prometheus: str
    public: bool
    grafana: str
    datasource: str
    organisation: int

    @classmethod
    def of(cls, settings: PrometheusSettings) -> "ExternalUrls":
        public = settings.prometheus_public_url or without_credentials(settings.prometheus_url)
        return cls(
            public.rstrip("/"),
            bool(settings.prometheus_public_url),
            settings.grafana_url.rstrip("/"),
            settings.grafana_datasource_uid,
            settings.grafana_org_id,
        )


def prometheus_graph(external: ExternalUrls, promql: str, start: float, end: float) -> Link:
    """The graph page. Prometheus 3 redirects it to /query and still accepts these parameters.

    https://github.com/prometheus/prometheus/blob/main/web/ui/mantine-ui/src/pages/query/urlStateEncoding.ts
    """
    moment = datetime.fromtimestamp(end, UTC).strftime("%Y-%m-%d %H:%M:%S")
    panel = {
        "g0.expr": promql,
        "g0.tab": "0",
        "g0.range_input": _in_one_unit(round(end - start)),
        "g0.end_input": moment,
        "g0.moment_input": moment,
        "g0.step_input": f"{max(1, round(choose_step(start, end)))}",
    }
    return Link(title="Prometheus", url=f"{external.prometheus}/graph?{_encoded(panel)}")


def grafana_explore(external: ExternalUrls, promql: str, start: float, end: float) -> Link | None:
    """Grafana's Explore, since version 10; None if Grafana or its data source is not configured.

    https://grafana.com/docs/grafana/latest/explore/get-started-with-explore/#generate-explore-urls-from-external-tools
    """
    if not external.grafana or not external.datasource:
        return None
    source = {"type": "prometheus", "uid": external.datasource}
    pane = {
        "datasource": external.datasource,
        "queries": [{"refId": "A", "datasource": source, "editorMode": "code", "expr": promql, "range": True}],
        "range": _grafana_range(start, end),
    }
    parameters = {
        "schemaVersion": "1",
        "panes": json.dumps({"a": pane}, ensure_ascii=False, separators=(",", ":")),
        "orgId": str(external.organisation),
    }
    return Link(title="Grafana Explore", url=f"{external.grafana}/explore?{_encoded(parameters)}")


def grafana_dashboard(external: ExternalUrls, uid: str, variables: Mapping[str, str], start: float, end: float) -> Link:
    """A dashboard by its uid, with its variables set. Raises BadRequest for an invalid uid or variable name.

    https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/create-dashboard-url-variables/
    """
    if not _UID.fullmatch(uid):
        raise BadRequest(f"{uid[:60]!r} is not a dashboard's uid", "It is the part after /d/ in the dashboard's URL.")
    if wrong := next((name for name in variables if not _VARIABLE.fullmatch(name)), None):
        raise BadRequest(
            f"{wrong[:60]!r} is not a variable's name", "Use name=value, for example namespace=shop,pod=web-0."
        )
    parameters = {"orgId": str(external.organisation), **_grafana_range(start, end), "timezone": "utc"}
    parameters |= {f"var-{name}": value for name, value in variables.items()}
    return Link(title="Grafana dashboard", url=f"{external.grafana}/d/{uid}?{_encoded(parameters)}")


def _in_one_unit(seconds: int) -> str:
    """90m instead of 1h30m, which the old page (still in Debian) does not accept."""
    unit, size = next(pair for pair in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)) if seconds % pair[1] == 0)
    return f"{seconds // size}{unit}"


def _grafana_range(start: float, end: float) -> dict[str, str]:
    """Unix milliseconds: relative times would move."""
    return {"from": str(round(start * 1000)), "to": str(round(end * 1000))}


def _encoded(parameters: Mapping[str, str]) -> str:
    """Spaces as %20 and parentheses encoded: otherwise a Markdown link would end early."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in parameters.items())
