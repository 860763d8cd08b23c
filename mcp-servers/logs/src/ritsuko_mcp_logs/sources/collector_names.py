"""What collectors call a pod's namespace, name, container and labels.

The names are those of the usual collectors: Promtail and Alloy, Fluent Bit, Filebeat, Vector, vlagent, OpenTelemetry.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ritsuko_mcp_logs.lines.line import Origin

_NAMESPACES = (
    "namespace", "k8s_namespace_name", "k8s.namespace.name", "kubernetes.pod_namespace", "kubernetes.namespace_name",
    "kubernetes_namespace_name", "kubernetes_pod_namespace", "kubernetes_namespace", "pod_namespace", "namespace_name",
    "kubernetes.namespace", "resource.attributes.k8s.namespace.name", "resource.attributes.k8s@namespace@name",
)  # fmt: skip
_PODS = (
    "pod", "k8s_pod_name", "k8s.pod.name", "kubernetes.pod_name", "kubernetes_pod_name", "pod_name",
    "kubernetes.pod.name", "resource.attributes.k8s.pod.name", "resource.attributes.k8s@pod@name",
)  # fmt: skip
_CONTAINERS = (
    "container", "k8s_container_name", "k8s.container.name", "kubernetes.container_name", "kubernetes_container_name",
    "container_name", "kubernetes.container.name", "resource.attributes.k8s.container.name",
    "resource.attributes.k8s@container@name",
)  # fmt: skip
_LABELS = (
    "{}", "label_{}", "kubernetes.pod_labels.{}", "kubernetes.labels.{}", "kubernetes_labels_{}", "k8s.pod.label.{}",
    "k8s.pod.labels.{}", "kubernetes_pod_labels_{}", "k8s_pod_label_{}", "resource.attributes.k8s.pod.label.{}",
    "resource.attributes.k8s.pod.labels.{}",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PodFieldNames:
    """What one source calls them; empty where it keeps no such thing."""

    namespace: str = ""
    pod: str = ""
    container: str = ""

    @classmethod
    def among(cls, existing: Collection[str]) -> "PodFieldNames":
        """The usual names, as far as they exist."""
        return cls(*(_first(candidates, existing) for candidates in (_NAMESPACES, _PODS, _CONTAINERS)))

    def origin(self, labels: Mapping[str, str]) -> Origin:
        """The container that labels speak of; if they speak of none, the labels stand for it."""
        namespace, pod = labels.get(self.namespace, ""), labels.get(self.pod, "")
        further = () if pod else tuple(sorted(labels.items()))
        return Origin(namespace, pod, labels.get(self.container, ""), further)


def label_name(key: str, existing: Collection[str]) -> str:
    """What a source calls a pod's label, also with `.`, or `.`, `/` and `-`, turned into `_`; empty if it doesn't keep
    it."""
    plain = re.sub(r"[^A-Za-z0-9_]", "_", key)
    return _first([form.format(name) for name in (key, key.replace(".", "_"), plain) for form in _LABELS], existing)


def label_keys(existing: Collection[str]) -> list[str]:
    """What labels there are, without what a collector puts before their names."""
    prefixes = [form.removesuffix("{}") for form in _LABELS if form != "{}"]
    return [
        name.removeprefix(next((prefix for prefix in prefixes if name.startswith(prefix)), "")) for name in existing
    ]


def _first(candidates: Collection[str], existing: Collection[str]) -> str:
    return next((name for name in candidates if name in existing), "")
