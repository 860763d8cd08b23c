"""Conventions for request metrics: the counter of requests, the label of the outcome, and the durations.

Each follows the documentation of its exporter, linked next to it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

HTTP_FAILED = "5.."
_SPANS_FAILED = "STATUS_CODE_ERROR"
_SERVER_SPANS = ("span_kind", "SPAN_KIND_SERVER")
# https://opentelemetry.io/docs/specs/semconv/rpc/grpc/: the status codes that are errors of the server.
GRPC_FAILED = "Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss"


@dataclass(frozen=True, slots=True)
class Convention:
    """One naming convention of request metrics.

    `requests` is a counter, `durations` a histogram or summary without its suffix, in seconds times `scale`
    (0.001: milliseconds). Without a counter the histogram's count is used. `outcomes` are labels that may hold the
    outcome, and `failed` is the regular expression of failures. `only` is a label and value that is always required.
    """

    name: str
    requests: str = ""
    durations: str = ""
    scale: float = 1.0
    outcomes: tuple[str, ...] = ("code", "status", "status_code", "response_code")
    failed: str = HTTP_FAILED
    only: tuple[str, str] | None = None

    @property
    def counter(self) -> str:
        return self.requests or f"{self.durations}_count"

    @property
    def metrics(self) -> tuple[str, ...]:
        """All metrics of the convention; a native histogram or a summary's quantiles have the name without suffix."""
        parts = ("", "_bucket", "_sum", "_count") if self.durations else ()
        return tuple(dict.fromkeys((self.counter, *(f"{self.durations}{part}" for part in parts))))


CONVENTIONS: tuple[Convention, ...] = (
    # https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
    Convention(
        "OpenTelemetry HTTP", durations="http_server_request_duration_seconds", outcomes=("http_response_status_code",)
    ),
    # The same before it was stable, as the older SDKs write it.
    Convention(
        "OpenTelemetry HTTP (old)",
        durations="http_server_duration_milliseconds",
        scale=0.001,
        outcomes=("http_status_code", "http_response_status_code"),
    ),
    # https://docs.micrometer.io/micrometer/reference/ , Spring Boot's http.server.requests
    Convention("Micrometer (Spring)", durations="http_server_requests_seconds", outcomes=("status",)),
    # The usual names in client libraries and their examples.
    Convention("Prometheus client", "http_requests_total", "http_request_duration_seconds"),
    Convention("Prometheus client", durations="http_request_duration_seconds"),
    # https://github.com/grpc-ecosystem/go-grpc-middleware/tree/main/providers/prometheus
    Convention(
        "gRPC server",
        "grpc_server_handled_total",
        "grpc_server_handling_seconds",
        outcomes=("grpc_code",),
        failed=GRPC_FAILED,
    ),
    # https://istio.io/latest/docs/reference/config/metrics/: both ends report each request.
    Convention(
        "Istio",
        "istio_requests_total",
        "istio_request_duration_milliseconds",
        scale=0.001,
        outcomes=("response_code",),
        only=("reporter", "destination"),
    ),
    Convention(
        "Istio",
        "istio_requests_total",
        "istio_request_duration_milliseconds",
        scale=0.001,
        outcomes=("response_code",),
        only=("reporter", "source"),
    ),
    # The same by number, as OpenTelemetry's older SDKs write it.
    Convention(
        "OpenTelemetry gRPC",
        durations="rpc_server_duration_milliseconds",
        scale=0.001,
        outcomes=("rpc_grpc_status_code",),
        failed="2|4|12|13|14|15",
    ),
    # https://grafana.com/docs/tempo/latest/metrics-from-traces/span-metrics/: both ends report each call.
    Convention(
        "Tempo span metrics",
        "traces_spanmetrics_calls_total",
        "traces_spanmetrics_latency",
        outcomes=("status_code",),
        failed=_SPANS_FAILED,
        only=_SERVER_SPANS,
    ),
    # https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/spanmetricsconnector
    *(
        Convention(
            "OpenTelemetry span metrics",
            f"{namespace}calls_total",
            f"{namespace}duration_milliseconds",
            scale=0.001,
            outcomes=("status_code",),
            failed=_SPANS_FAILED,
            only=_SERVER_SPANS,
        )
        for namespace in ("traces_span_metrics_", "")
    ),
    # https://linkerd.io/2-edge/reference/proxy-metrics/
    Convention(
        "Linkerd",
        "response_total",
        "response_latency_ms",
        scale=0.001,
        outcomes=("classification",),
        failed="failure",
        only=("direction", "inbound"),
    ),
    # https://kubernetes.github.io/ingress-nginx/user-guide/monitoring/
    Convention(
        "ingress-nginx", "nginx_ingress_controller_requests", "nginx_ingress_controller_request_duration_seconds"
    ),
    # https://doc.traefik.io/traefik/observability/metrics/overview/
    Convention("Traefik", "traefik_service_requests_total", "traefik_service_request_duration_seconds"),
    # https://www.envoyproxy.io/docs/envoy/latest/configuration/upstream/cluster_manager/cluster_stats
    Convention(
        "Envoy",
        "envoy_cluster_upstream_rq",
        "envoy_cluster_upstream_rq_time",
        scale=0.001,
        outcomes=("envoy_response_code",),
    ),
    Convention(
        "Envoy",
        "envoy_cluster_upstream_rq_xx",
        "envoy_cluster_upstream_rq_time",
        scale=0.001,
        outcomes=("envoy_response_code_class",),
        failed="5",
    ),
    # https://kubernetes.io/docs/reference/instrumentation/metrics/
    Convention("Kubernetes apiserver", "apiserver_request_total", "apiserver_request_duration_seconds"),
)


# Client libraries put a namespace before these: prometheus_http_requests_total.
# https://prometheus.io/docs/practices/naming/#metric-names
_REQUESTS, _DURATIONS = "http_requests_total", "http_request_duration_seconds"
PREFIXED = rf"([a-zA-Z0-9_:]+)_(?:{_REQUESTS}|{_DURATIONS}(?:_(?:bucket|sum|count))?)"


def prefixed(metrics: Iterable[str]) -> list[Convention]:
    """A convention for each prefix before the usual names: each counts its own requests."""
    found = sorted({match[1] for metric in metrics if (match := re.fullmatch(PREFIXED, metric))})
    return [
        Convention(f"Prometheus client ({prefix})", counter, f"{prefix}_{_DURATIONS}")
        for prefix in found
        for counter in (f"{prefix}_{_REQUESTS}", "")
    ]
