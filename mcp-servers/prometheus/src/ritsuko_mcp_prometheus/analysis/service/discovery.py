"""Discovery of the metrics of a service or workload, by the labels that name it."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from ritsuko_mcp_prometheus.analysis.service.conventions import CONVENTIONS, PREFIXED
from ritsuko_mcp_prometheus.analysis.service.saturation import USAGES
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.api.series import Series
from ritsuko_mcp_prometheus.errors import QueryFailed
from ritsuko_mcp_prometheus.promql.selectors import PLAIN_NAME, any_of, literally, quoted

# Of two namespace labels on a metric, the first in this list is the service's and the other the exporter's.
_NAMESPACES = (
    "destination_workload_namespace",
    "destination_service_namespace",
    "exported_namespace",
    "k8s_namespace_name",
    "namespace",
)
# The alphabet of random pod name suffixes: no vowels, so `web-api-...` is not taken for a pod of `web`.
# https://github.com/kubernetes/apimachinery/blob/master/pkg/util/rand/rand.go
_RANDOM = "[bcdfghjklmnpqrstvwxz2456789]"
_OF_PODS = ("container_", "kube_")
# These name a queue or its consumer; on other metrics they do not identify the owner.
_OF_QUEUES = {"consumergroup": "kafka_", "queue": "rabbitmq_"}
_GENERIC = (
    "(?:container|kube|go|process|python|jvm|nodejs|dotnet|ruby|promhttp|scrape|target)_.+|up|.+_created|ALERTS.*"
)
_AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class OwnerLabel:
    """A label that identifies the owner of a metric, and the regular expression of its values for a name."""

    label: str
    pattern: str

    def matcher(self, values: Collection[str] = ()) -> str:
        """A matcher: the only value found, or the pattern, which includes pods of other times."""
        if len(values) == 1 and self.label != "pod":
            return f"{self.label}={quoted(*values)}"
        return f"{self.label}=~{quoted(self.pattern)}"


@dataclass(slots=True)
class ServiceMetric:
    """A metric of the service: the matchers of its series, and the values of their outcome labels."""

    metric: str
    owner: OwnerLabel
    more: str
    values: set[str] = field(default_factory=set[str])
    namespaces: set[str] = field(default_factory=set[str])
    outcomes: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def selector(self, *more: str) -> str:
        parts = (self.owner.matcher(self.values), self.more, *more)
        return f"{self.metric}{{{', '.join(part for part in parts if part)}}}"


def owner_labels(name: str) -> list[OwnerLabel]:
    """The labels that may name an owner, most specific first."""
    exact = literally(name)
    pod = f"{exact}(-{_RANDOM}{{1,10}})?-({_RANDOM}{{5}}|[0-9]+)|{exact}"
    # Traefik: shop-web-80@kubernetes. Envoy under Istio: outbound|80||web.shop.svc.cluster.local
    routed, cluster = f"{exact}|(.+-)?{exact}(-[^@]+)?@.+", f"{exact}|.*\\|{exact}\\..+|.+/{exact}/.+"
    plain = (
        "service_name",
        "k8s_deployment_name",
        "destination_workload",
        "destination_service_name",
        "deployment",
        "statefulset",
        "daemonset",
        "app",
        "app_kubernetes_io_name",
        "application",
        "grpc_service",
        "ingress",
        "exported_job",
    )
    return [
        OwnerLabel("exported_service", routed),
        OwnerLabel("service", routed),
        *(OwnerLabel(label, exact) for label in plain),
        # In OpenTelemetry, the job is the service's namespace and name.
        OwnerLabel("job", f"(.+/)?{exact}"),
        OwnerLabel("envoy_cluster_name", cluster),
        OwnerLabel("pod", pod),
        OwnerLabel("container", exact),
        *(OwnerLabel(label, exact) for label in _OF_QUEUES),
    ]


async def find_known_metrics(
    client: PrometheusClient, name: str, namespace: str, at: float, range_: str
) -> dict[str, ServiceMetric]:
    """The service's metrics of known conventions and of saturation, by name.

    Each is found by the first owner label with the name; metrics of pods and objects only by the label of the object,
    because their job is their exporter's. The namespace, if given, applies to metrics that have one.
    """
    wanted = {metric for convention in CONVENTIONS for metric in convention.metrics}
    wanted |= {metric for usage in USAGES for metric in usage.metrics}
    telling = {label for convention in CONVENTIONS for label in convention.outcomes}
    telling |= {convention.only[0] for convention in CONVENTIONS if convention.only} | {"quantile"}

    def names(owner: OwnerLabel) -> str:
        return any_of(sorted(metric for metric in wanted if _may_own(owner.label, metric)), PREFIXED)

    return await _find(client, name, namespace, names, telling, at, f"last_over_time({{}}[{range_}])")


async def find_other_metrics(
    client: PrometheusClient, name: str, namespace: str, at: float
) -> dict[str, ServiceMetric]:
    """All other metrics with the service's name, except generic ones of processes and pods.

    Only at that moment, because there may be many; none if there are too many for the store.
    """
    try:
        found = await _find(client, name, namespace, lambda _: f"__name__!~{quoted(_GENERIC)}", (), at, "{}")
    except QueryFailed:
        return {}
    return {metric: one for metric, one in found.items() if PLAIN_NAME.fullmatch(metric)}


async def _find(
    client: PrometheusClient,
    name: str,
    namespace: str,
    names: Callable[[OwnerLabel], str],
    telling: Collection[str],
    at: float,
    over: str,
) -> dict[str, ServiceMetric]:
    slots = asyncio.Semaphore(_AT_ONCE)

    async def ask(owner: OwnerLabel) -> list[Series]:
        inner = over.replace("{}", f"{{{names(owner)}, {owner.matcher()}}}")
        labels = ", ".join(dict.fromkeys(("__name__", owner.label, *_NAMESPACES, *sorted(telling))))
        async with slots:
            return (await client.query(f"count by ({labels}) ({inner})", at)).series

    whose = owner_labels(name)
    answers = await asyncio.gather(*map(ask, whose))
    found: dict[str, ServiceMetric] = {}
    for owner, series in zip(whose, answers, strict=True):
        here: dict[str, ServiceMetric] = {}
        for one in series:
            if not _may_own(owner.label, one.name):
                continue
            _note(here, owner, one, namespace, telling)
        for metric, own in here.items():
            found.setdefault(metric, own)
    return found


def _may_own(label: str, metric: str) -> bool:
    if metric.startswith(_OF_PODS):
        kind = metric.split("_")[1] if metric.startswith("kube_") else "pod"
        return label == kind
    return label not in ("statefulset", "daemonset") and metric.startswith(_OF_QUEUES.get(label, ""))


def _note(
    here: dict[str, ServiceMetric], owner: OwnerLabel, series: Series, namespace: str, telling: Iterable[str]
) -> None:
    label = next((label for label in _NAMESPACES if series.labels.get(label)), "")
    its = series.labels.get(label, "")
    if namespace and its not in ("", namespace):
        return
    more = [f"{label}={quoted(namespace)}"] if namespace and its else []
    if series.name.startswith("container_"):
        # Besides the containers cAdvisor reports the pod as a whole, and its sandbox.
        more += ['container!=""', 'container!="POD"']
    found = here.setdefault(series.name, ServiceMetric(series.name, owner, ", ".join(more)))
    found.values.add(series.labels.get(owner.label, ""))
    found.namespaces |= {its} - {""}
    found.outcomes |= {(label, text) for label in telling if (text := series.labels.get(label))}


def namespaces(found: Iterable[ServiceMetric]) -> list[str]:
    return sorted({name for one in found for name in one.namespaces})
