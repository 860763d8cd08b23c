"""The kinds the operator deals with, and where the API serves them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ritsuko_api import API_VERSION, bot, sidecar
from ritsuko_operator.reconcile.errors import NotANameError

# Stricter than Kubernetes, which forbids only `.`, `..`, `/` and `%`; those of RBAC may have colons.
_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_-]*")


@dataclass(frozen=True, order=True)
class Kind:
    """One kind of object."""

    api_version: str
    name: str
    plural: str
    namespaced: bool = True

    def path(self, namespace: str | None, name: str | None = None, subresource: str | None = None) -> str:
        """The path of one object, or of the list of them (all namespaces when `namespace` is None).

        Raises `NotANameError` for what would be another path than the one of such an object.
        """
        for segment in (namespace if self.namespaced else None, name):
            if segment is not None and not _SEGMENT.fullmatch(segment):
                raise NotANameError(f"{segment[:100]!r} is not a valid name of a {self.name} or a namespace")
        parts = ["/apis" if "/" in self.api_version else "/api", self.api_version]
        if self.namespaced and namespace is not None:
            parts += ["namespaces", namespace]
        parts += [part for part in (self.plural, name, subresource) if part is not None]
        return "/".join(parts)


BOT = Kind(API_VERSION, bot.KIND, bot.PLURAL)
SIDECAR = Kind(API_VERSION, sidecar.KIND, sidecar.PLURAL)
POD = Kind("v1", "Pod", "pods")
SECRET = Kind("v1", "Secret", "secrets")
CONFIG_MAP = Kind("v1", "ConfigMap", "configmaps")
SERVICE_ACCOUNT = Kind("v1", "ServiceAccount", "serviceaccounts")
DEPLOYMENT = Kind("apps/v1", "Deployment", "deployments")
ROLE = Kind("rbac.authorization.k8s.io/v1", "Role", "roles")
ROLE_BINDING = Kind("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings")
CLUSTER_ROLE_BINDING = Kind(
    "rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", namespaced=False
)
NETWORK_POLICY = Kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies")
POD_DISRUPTION_BUDGET = Kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets")
POD_MONITOR = Kind("monitoring.coreos.com/v1", "PodMonitor", "podmonitors")
PROMETHEUS_RULE = Kind("monitoring.coreos.com/v1", "PrometheusRule", "prometheusrules")
EVENT = Kind("events.k8s.io/v1", "Event", "events")

# What is rendered for a bot and watched.
CHILDREN = (
    DEPLOYMENT,
    CONFIG_MAP,
    SERVICE_ACCOUNT,
    ROLE,
    ROLE_BINDING,
    CLUSTER_ROLE_BINDING,
    NETWORK_POLICY,
    POD_DISRUPTION_BUDGET,
)
# Rendered too, but their CRDs may not be installed, and a watch of a kind that there is not never starts.
MONITORING = (POD_MONITOR, PROMETHEUS_RULE)
# Rendered, and never listed or watched: the operator may not watch Secrets, and need not have the other kinds.
UNWATCHED = (SECRET, *MONITORING)
WATCHED = (BOT, SIDECAR, *CHILDREN, POD)

_BY_NAME = {(kind.api_version, kind.name): kind for kind in (*WATCHED, *UNWATCHED)}


def watched(*, cluster_wide: bool) -> list[Kind]:
    """What is watched by an operator that serves the whole cluster, or only some namespaces of it."""
    return [kind for kind in WATCHED if kind.namespaced or cluster_wide]


def kind_of(manifest: dict[str, object]) -> Kind:
    """The kind of an object by its `apiVersion` and `kind`."""
    return _BY_NAME[str(manifest["apiVersion"]), str(manifest["kind"])]
