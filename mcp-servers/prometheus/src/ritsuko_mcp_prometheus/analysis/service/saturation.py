"""Saturation: the resource usage of a workload and its limits, by exporter."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """One usage signal: `query` has `{metric}` as a placeholder for each metric's selector.

    `range` in it is the range of rates.
    """

    name: str
    source: str
    metrics: tuple[str, ...]
    query: str
    unit: str = ""


# https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md and
# https://github.com/kubernetes/kube-state-metrics/tree/main/docs
_CONTAINERS = "cAdvisor"
_STATE = "kube-state-metrics"
_PROCESS = "process metrics"
_CPU = "sum(rate({container_cpu_usage_seconds_total}[range]))"
_MEMORY = "sum({container_memory_working_set_bytes})"

USAGES: tuple[Usage, ...] = (
    Usage("cpu", _CONTAINERS, ("container_cpu_usage_seconds_total",), _CPU, "cores"),
    Usage(
        "cpu of limit",
        f"{_CONTAINERS}, {_STATE}",
        ("container_cpu_usage_seconds_total", "kube_pod_container_resource_limits"),
        _CPU + ' / sum({kube_pod_container_resource_limits|resource="cpu"})',
        "share",
    ),
    Usage(
        "cpu throttled",
        _CONTAINERS,
        ("container_cpu_cfs_throttled_periods_total", "container_cpu_cfs_periods_total"),
        "sum(rate({container_cpu_cfs_throttled_periods_total}[range])) / "
        "sum(rate({container_cpu_cfs_periods_total}[range]))",
        "share",
    ),
    Usage("memory", _CONTAINERS, ("container_memory_working_set_bytes",), _MEMORY, "bytes"),
    Usage(
        "memory of limit",
        f"{_CONTAINERS}, {_STATE}",
        ("container_memory_working_set_bytes", "kube_pod_container_resource_limits"),
        _MEMORY + ' / sum({kube_pod_container_resource_limits|resource="memory"})',
        "share",
    ),
    Usage(
        "restarts",
        _STATE,
        ("kube_pod_container_status_restarts_total",),
        "sum(increase({kube_pod_container_status_restarts_total}[range]))",
    ),
    Usage(
        "replicas available",
        _STATE,
        ("kube_deployment_status_replicas_available", "kube_deployment_spec_replicas"),
        "sum({kube_deployment_status_replicas_available}) / sum({kube_deployment_spec_replicas})",
        "share",
    ),
    Usage(
        "replicas ready",
        _STATE,
        ("kube_statefulset_status_replicas_ready", "kube_statefulset_replicas"),
        "sum({kube_statefulset_status_replicas_ready}) / sum({kube_statefulset_replicas})",
        "share",
    ),
    Usage(
        "pods ready",
        _STATE,
        ("kube_daemonset_status_number_ready", "kube_daemonset_status_desired_number_scheduled"),
        "sum({kube_daemonset_status_number_ready}) / sum({kube_daemonset_status_desired_number_scheduled})",
        "share",
    ),
    Usage("cpu", _PROCESS, ("process_cpu_seconds_total",), "sum(rate({process_cpu_seconds_total}[range]))", "cores"),
    Usage("memory", _PROCESS, ("process_resident_memory_bytes",), "sum({process_resident_memory_bytes})", "bytes"),
    Usage(
        "open files of limit",
        _PROCESS,
        ("process_open_fds", "process_max_fds"),
        "max({process_open_fds} / {process_max_fds})",
        "share",
    ),
    Usage(
        "requests in flight",
        "OpenTelemetry HTTP",
        ("http_server_active_requests",),
        "sum({http_server_active_requests})",
    ),
    # The maximum of the last minutes: besides a mean, all that Spring exports without histograms.
    Usage(
        "duration max",
        "Micrometer (Spring)",
        ("http_server_requests_seconds_max",),
        "max({http_server_requests_seconds_max})",
        "seconds",
    ),
    # https://github.com/danielqsj/kafka_exporter, https://www.rabbitmq.com/docs/prometheus
    Usage("queue lag", "Kafka exporter", ("kafka_consumergroup_lag",), "sum({kafka_consumergroup_lag})"),
    Usage("queue length", "RabbitMQ", ("rabbitmq_queue_messages_ready",), "sum({rabbitmq_queue_messages_ready})"),
    Usage("requests in flight", "Prometheus client", ("http_requests_in_flight",), "sum({http_requests_in_flight})"),
)
