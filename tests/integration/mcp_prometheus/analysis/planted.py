"""A week and a bit of made-up history whose changes are known, for the tools that look for them."""

import math
import random
from collections.abc import Callable

END = 1_790_000_000.0
"""The last moment, Unix seconds (2026-09-21T14:13:20Z)."""
STEP = 60.0
WOBBLING = 130
"""So many metrics of the namespace `shop` change a little all the time."""
SLUGGISH = END - 9000
"""When the job `sluggish` becomes so."""
CHANGE = END - 1800
"""When the planted changes in the namespace `shop` begin."""

SECRET = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
PLAIN_SECRET = "correct-horse-battery"
POD = "web-7d9c5b8f6c-x2x4k"

_WINDOWS = ((8 * 86400, 7 * 86400 - 7200), (86400 + 7200, 86400 - 7200), (4 * 3600, 0))
Value = Callable[[float], float | None]


def moments(spans: tuple[tuple[float, float], ...] = _WINDOWS) -> list[float]:
    """Scrapes, a minute apart, in the last hours and around the same time a day and a week before."""
    found: set[float] = set()
    for first, last in spans:
        found |= {END - STEP * back for back in range(int(last // STEP), int(first // STEP) + 1)}
    return sorted(found)


def seasonal(time: float) -> float:
    """The same every day, steeply rising in the hours before END."""
    return 100 + 80 * math.sin((time - END) / 86400 * 2 * math.pi)


class _Writer:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.noise = random.Random(7)

    def family(self, name: str, kind: str) -> None:
        self.lines.append(f"# TYPE {name} {kind}")

    def gauge(self, series: str, value: Value, times: list[float]) -> None:
        for time in times:
            if (number := value(time)) is not None:
                self.lines.append(f"{series} {number!r} {time}")

    def counter(self, series: str, rate: Value, times: list[float]) -> None:
        """A counter that grows by `rate` a second, from the first of the times on."""
        total, before = 0.0, times[0]
        for time in times:
            total += (rate(time) or 0.0) * min(time - before, 3600)
            before = time
            self.lines.append(f"{series} {total!r} {time}")


def openmetrics() -> str:
    """The samples of all tests here, as text to backfill."""
    writer = _Writer()
    for part in (_compared, _shop, _services, _drawn):
        part(writer)
    return "\n".join([*writer.lines, "# EOF", ""])


def _compared(writer: _Writer) -> None:
    """For `compare`: what is planted, what only looks like it, what is new, gone or short."""
    times, noise = moments(), writer.noise
    recent = [time for time in times if time > END - 4 * 3600]
    writer.family("load", "gauge")
    values: dict[str, Value] = {
        "seasonal": lambda time: seasonal(time) + noise.gauss(0, 2),
        "planted": lambda time: (seasonal(time) + noise.gauss(0, 2)) * (1.5 if time > END - 3600 else 1.0),
        "noisy": lambda _: 50 + noise.gauss(0, 20),
        "still": lambda _: 5.0,
        "stepped": lambda time: 8.0 if time > END - 3600 else 5.0,
        "shaky": lambda time: 50 + noise.gauss(0, 15 if time > END - 3600 else 1),
        # A spike that the mean would fall for: one sample in twenty, a hundredfold.
        "spiky": lambda time: 10 + noise.gauss(0, 0.5) + (1000 if time > END - 3600 and time // 60 % 20 == 0 else 0),
        "gone": lambda time: 7.0 if time < END - 4 * 3600 else None,
    }
    for name, value in values.items():
        writer.gauge(f'load{{kind="{name}"}}', value, times)
    writer.gauge('load{kind="new"}', lambda _: 7.0, recent)
    # Five minutes of each day: too little to say anything.
    writer.gauge('load{kind="brief"}', lambda time: 7.0 if (END - time) % 86400 < 300 else None, times)
    writer.family("young", "gauge")
    writer.gauge("young", lambda _: 3.0, recent)
    writer.family("up", "gauge")
    writer.gauge('up{job="old"}', lambda _: 1.0, times)


def _shop(writer: _Writer) -> None:
    """For `movers`: a namespace in which a few things change half an hour before the end."""
    noise = writer.noise
    times = moments(((3 * 3600, 0),))

    def after(time: float) -> bool:
        return time > CHANGE

    where = 'namespace="shop",job="web"'
    writer.family("shop_orders", "counter")
    writer.counter(f"shop_orders_total{{{where}}}", lambda _: 20 + noise.gauss(0, 1), times)
    writer.family("shop_failures", "counter")
    writer.counter(
        f"shop_failures_total{{{where}}}", lambda time: (4.0 if after(time) else 0.2) + noise.gauss(0, 0.02), times
    )
    writer.family("shop_queue_length", "gauge")
    writer.gauge(f"shop_queue_length{{{where}}}", lambda time: (18 if after(time) else 10) + noise.gauss(0, 0.5), times)
    writer.family("shop_temperature", "gauge")
    writer.gauge(f"shop_temperature{{{where}}}", lambda _: 20 + noise.gauss(0, 8), times)
    writer.family("shop_cache_bytes", "gauge")
    writer.gauge(f"shop_cache_bytes{{{where}}}", lambda _: 64.0 * 2**20, times)
    writer.family("shop_build_info", "gauge")
    writer.gauge(f'shop_build_info{{{where},version="2"}}', lambda time: 1.0 if after(time) else None, times)
    writer.family("shop_latency_seconds", "histogram")
    _histogram(writer, "shop_latency_seconds", where, times, lambda time: 0.9 if after(time) else 0.05, 10.0)
    # A step between two still levels, in a scope of its own.
    writer.family("pool_in_use", "gauge")
    writer.gauge('pool_in_use{job="pool"}', lambda time: 50.0 if after(time) else 12.0, times)
    for number in range(WOBBLING):
        writer.family(f"shop_wobble_{number:03}", "gauge")
        series = f'shop_wobble_{number:03}{{{where},job="other"}}'.replace('job="web",', "")
        writer.gauge(series, lambda _: 100 + noise.gauss(0, 1), times)


def _histogram(
    writer: _Writer,
    name: str,
    labels: str,
    times: list[float],
    latency: Callable[[float], float],
    rate: float,
    scale: float = 1.0,
) -> None:
    """All requests take `latency`: one bucket or the other; bounds in units of `scale` (1000: milliseconds)."""
    bounds = (0.1, 0.5, 1.0)
    totals = dict.fromkeys((*map(str, bounds), "+Inf"), 0.0)
    count = total = 0.0
    before = times[0]
    rows: list[tuple[float, dict[str, float], float, float]] = []
    for time in times:
        more, took = rate * (time - before), latency(time)
        before = time
        count, total = count + more, total + more * took * scale
        for bound in totals:
            totals[bound] += more if took <= float(bound) else 0.0
        rows.append((time, dict(totals), total, count))
    for bound in totals:
        shown = bound if bound == "+Inf" or scale == 1 else f"{float(bound) * scale:g}"
        writer.lines += [
            f'{name}_bucket{{{labels},le="{shown}"}} {buckets[bound]!r} {time}' for time, buckets, _, _ in rows
        ]
    writer.lines += [f"{name}_sum{{{labels}}} {total!r} {time}" for time, _, total, _ in rows]
    writer.lines += [f"{name}_count{{{labels}}} {count!r} {time}" for time, _, _, count in rows]


def _outcomes(writer: _Writer, name: str, labels: str, label: str, rates: dict[str, float], times: list[float]) -> None:
    writer.family(name.removesuffix("_total"), "counter" if name.endswith("_total") else "gauge")
    for outcome, rate in rates.items():
        writer.counter(f'{name}{{{labels},{label}="{outcome}"}}', lambda _, rate=rate: rate, times)


def _services(writer: _Writer) -> None:
    """For `performance`: services that do 10 requests a second, of which 1 in 10 fails, in 0.3 s, each in its way."""
    times = moments(((2 * 3600, 0),))
    good, slow = {"200": 9.0, "500": 1.0}, lambda _: 0.3
    client = 'job="client",namespace="plain",pod="client-0"'
    twice = [f'job="twice",namespace="{namespace}",code="200"' for namespace in ("here", "there")]
    _outcomes(writer, "http_requests_total", client, "code", good, times)
    for labels in twice:
        writer.counter(f"http_requests_total{{{labels}}}", lambda _: 3.0, times)
    writer.family("http_request_duration_seconds", "histogram")
    _histogram(writer, "http_request_duration_seconds", client, times, slow, 10.0)
    # Behind one prefix counter and histogram, and behind another a histogram alone: each counts requests of its own.
    prefixed = 'job="prefixed"'
    _outcomes(writer, "shopfront_http_requests_total", prefixed, "code", good, times)
    for prefix, rate in (("shopfront", 10.0), ("shopadmin", 2.0)):
        writer.family(f"{prefix}_http_request_duration_seconds", "histogram")
        _histogram(writer, f"{prefix}_http_request_duration_seconds", prefixed, times, slow, rate)
    writer.family("http_server_request_duration_seconds", "histogram")
    for code, rate in good.items():
        otel = f'job="shop/otel",instance="i-1",http_response_status_code="{code}"'
        _histogram(writer, "http_server_request_duration_seconds", otel, times, slow, rate)
    writer.family("istio_requests", "counter")
    mesh = 'destination_workload="istio",destination_workload_namespace="mesh",job="envoy-stats"'
    for reporter in ("source", "destination"):
        for code, rate in good.items():
            labels = f'{mesh},reporter="{reporter}",response_code="{code}"'
            writer.counter(f"istio_requests_total{{{labels}}}", lambda _, it=rate: it, times)
    writer.family("istio_request_duration_milliseconds", "histogram")
    destination = f'{mesh},reporter="destination"'
    _histogram(writer, "istio_request_duration_milliseconds", destination, times, slow, 10.0, 1000)
    grpc = 'job="grpc",namespace="plain",grpc_service="shop.Orders"'
    codes = {"OK": 8.0, "NotFound": 1.0, "Unavailable": 1.0}
    _outcomes(writer, "grpc_server_handled_total", grpc, "grpc_code", codes, times)
    writer.family("grpc_server_handling_seconds", "histogram")
    _histogram(writer, "grpc_server_handling_seconds", grpc, times, slow, 10.0)
    nginx = 'job="ingress",namespace="ingress-nginx",exported_namespace="edge",exported_service="nginx",ingress="front"'
    _outcomes(writer, "nginx_ingress_controller_requests", nginx, "status", good, times)
    traefik = 'job="traefik-metrics",exported_service="edge-traefik-80@kubernetes"'
    _outcomes(writer, "traefik_service_requests_total", traefik, "code", good, times)
    envoy = 'envoy_cluster_name="outbound|80||envoy.mesh.svc.cluster.local",job="envoy-stats"'
    _outcomes(writer, "envoy_cluster_upstream_rq_xx", envoy, "envoy_response_code_class", {"2": 9.0, "5": 1.0}, times)
    _spans(writer, times)
    _summaries(writer, times)
    _worker(writer, times)
    _slow_since_yesterday(writer)
    _workload(writer, times)


def _spans(writer: _Writer, times: list[float]) -> None:
    """Calls as traces tell them: both ends, of which one is the service's own."""
    kinds = ("SPAN_KIND_SERVER", "SPAN_KIND_CLIENT")
    statuses = {"STATUS_CODE_UNSET": 9.0, "STATUS_CODE_ERROR": 1.0}
    for name, label, histogram, scale in (
        ("traces_spanmetrics_calls_total", "service", "traces_spanmetrics_latency", 1.0),
        ("traces_span_metrics_calls_total", "service_name", "traces_span_metrics_duration_milliseconds", 1000.0),
    ):
        writer.family(name.removesuffix("_total"), "counter")
        spans = [f'{label}="spans-{scale:g}",span_kind="{kind}"' for kind in kinds]
        for labels in spans:
            for status, rate in statuses.items():
                writer.counter(f'{name}{{{labels},status_code="{status}"}}', lambda _, it=rate: it, times)
        writer.family(histogram, "histogram")
        for labels in spans:
            _histogram(writer, histogram, labels, times, lambda _: 0.3, 10.0, scale)


def _summaries(writer: _Writer, times: list[float]) -> None:
    """Spring's default, which is a mean and a maximum, and quantiles that two instances have already made."""
    writer.family("http_server_requests_seconds", "summary")
    for status, rate in (("200", 9.0), ("500", 1.0)):
        labels = f'application="spring",status="{status}"'
        writer.counter(f"http_server_requests_seconds_count{{{labels}}}", lambda _, it=rate: it, times)
        writer.counter(f"http_server_requests_seconds_sum{{{labels}}}", lambda _, it=rate: it * 0.3, times)
    writer.family("http_server_requests_seconds_max", "gauge")
    writer.gauge('http_server_requests_seconds_max{application="spring",status="200"}', lambda _: 0.9, times)
    writer.family("edge_http_request_duration_seconds", "summary")
    for instance, worst in (("a", 0.4), ("b", 0.8)):
        labels = f'job="summaries",instance="{instance}",code="200"'
        for quantile, value in (("0.1", 0.01), ("0.5", worst / 2), ("0.99", worst)):
            series = f'edge_http_request_duration_seconds{{{labels},quantile="{quantile}"}}'
            writer.gauge(series, lambda _, it=value: it, times)
        writer.counter(f"edge_http_request_duration_seconds_count{{{labels}}}", lambda _: 5.0, times)
        writer.counter(f"edge_http_request_duration_seconds_sum{{{labels}}}", lambda _: 1.0, times)


def _worker(writer: _Writer, times: list[float]) -> None:
    """What reads from a queue and counts under names of its own; its slowest jobs are beyond all buckets."""
    app = 'app="worker",job="workers"'
    writer.family("job_processing_seconds", "histogram")
    _histogram(writer, "job_processing_seconds", app, times, lambda _: 3.0, 2.0)
    for name, rate in (("jobs_done", 2.0), ("jobs_failed", 0.5)):
        writer.family(name, "counter")
        writer.counter(f"{name}_total{{{app}}}", lambda _, it=rate: it, times)
    for name in ("jobs_backlog", "jobs_price_euros"):
        writer.family(name, "gauge")
        writer.gauge(f"{name}{{{app}}}", lambda _: 12.0, times)
    writer.family("kafka_consumergroup_lag", "gauge")
    for partition in (0, 1):
        labels = f'consumergroup="worker",topic="jobs",partition="{partition}",job="kafka-exporter"'
        writer.gauge(f"kafka_consumergroup_lag{{{labels}}}", lambda _: 50.0, times)


def _slow_since_yesterday(writer: _Writer) -> None:
    """Five times as slow and as often in error as a day ago, and no worse than an hour ago."""
    times = moments(((86400 + 7200, 86400 - 7200), (4 * 3600, 0)))

    def now(time: float) -> bool:
        return time > SLUGGISH

    labels = 'job="sluggish",namespace="stock"'
    writer.family("sluggish_http_requests", "counter")
    for code, rate in (("200", lambda _: 9.0), ("500", lambda time: 1.0 if now(time) else 0.1)):
        writer.counter(f'sluggish_http_requests_total{{{labels},code="{code}"}}', rate, times)
    writer.family("sluggish_http_request_duration_seconds", "histogram")
    slow = "sluggish_http_request_duration_seconds"
    _histogram(writer, slow, labels, times, lambda time: 0.3 if now(time) else 0.05, 10.0)


def _workload(writer: _Writer, times: list[float]) -> None:
    """A Deployment `web` of one pod in `kube`, and one `web-api` that must not be taken for it."""
    pods = {POD: 0.2, "web-api-5d9c5b8f6c-zzzzz": 100.0}
    writer.family("container_cpu_usage_seconds", "counter")
    for pod, cores in pods.items():
        for container, share in (("app", 1.0), ("", 1.0), ("POD", 0.5)):
            labels = f'job="kubelet",namespace="kube",pod="{pod}",container="{container}"'
            writer.counter(f"container_cpu_usage_seconds_total{{{labels}}}", lambda _, it=cores * share: it, times)
    writer.family("container_memory_working_set_bytes", "gauge")
    for pod, cores in pods.items():
        labels = f'job="kubelet",namespace="kube",pod="{pod}",container="app"'
        writer.gauge(f"container_memory_working_set_bytes{{{labels}}}", lambda _, it=cores: it * 5 * 2**30, times)
    writer.family("kube_pod_container_resource_limits", "gauge")
    for resource, amount in (("cpu", 0.5), ("memory", 2.0 * 2**30)):
        labels = f'job="kube-state-metrics",namespace="kube",pod="{POD}",container="app",resource="{resource}"'
        writer.gauge(f"kube_pod_container_resource_limits{{{labels}}}", lambda _, it=amount: it, times)


def _drawn(writer: _Writer) -> None:
    """For `chart`: lines whose height is known, gaps, and labels with secrets in them."""
    times = moments(((3600, 0),))
    writer.family("drawn", "gauge")
    values: dict[str, Value] = {
        "top": lambda _: 100.0,
        "ramp": lambda time: 100 * (time - END + 3600) / 3600,
        "bottom": lambda _: 0.0,
    }
    for name, value in values.items():
        writer.gauge(f'drawn{{line="{name}"}}', value, times)
    writer.family("holed_bytes", "gauge")
    writer.gauge("holed_bytes", lambda time: None if END - 2400 < time < END - 1200 else 3.0 * 2**20, times)
    writer.family("crowd", "gauge")
    for number in range(20):
        writer.gauge(f'crowd{{id="{number:02}"}}', lambda _, it=number: float(it), times)
    writer.family("telling", "gauge")
    for number, labels in enumerate((f'token="{PLAIN_SECRET}"', f'note="{SECRET}"')):
        writer.gauge(f"telling{{{labels}}}", lambda _, it=number: float(it), times)
