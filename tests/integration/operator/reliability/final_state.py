"""What there is in a namespace in the end, without what differs from one run to the next."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

from tests.cluster import Api

Json = dict[str, Any]

_RITSUKO, _RBAC = "/apis/ritsuko.dev/v1alpha1", "/apis/rbac.authorization.k8s.io/v1"
_LISTS = {
    "RitsukoBot": f"{_RITSUKO}/namespaces/{{}}/ritsukobots",
    "McpSidecar": f"{_RITSUKO}/namespaces/{{}}/mcpsidecars",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "ReplicaSet": "/apis/apps/v1/namespaces/{}/replicasets",
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
    "Secret": "/api/v1/namespaces/{}/secrets",
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "Role": f"{_RBAC}/namespaces/{{}}/roles",
    "RoleBinding": f"{_RBAC}/namespaces/{{}}/rolebindings",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "PodDisruptionBudget": "/apis/policy/v1/namespaces/{}/poddisruptionbudgets",
}
_CLUSTER_WIDE = f"{_RBAC}/clusterrolebindings"

_VOLATILE = {
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "lastTransitionTime",
    "time",
    "pod",
    "podUid",
    "since",
    "lastHandshakeTime",
    "ritsuko.dev/manifest-hash",  # of names and tokens too
    "pod-template-hash",
    "configRevision",
}
_HISTORY = {"generation", "deployment.kubernetes.io/revision"}  # how often a Deployment changed on the way
_OF_CONTROLLERS = {"Deployment", "ReplicaSet", "PodDisruptionBudget"}  # who write the status of these
_GENERATED = re.compile(r"\b(hal)-[0-9a-f]{8,10}(-[a-z0-9]{5})?\b")
_RANDOM = re.compile(r'("(?:digest|created|revision)\\*": \\*")[^"\\]+')


def final_state(api: Api, namespace: str, *, history: bool = True) -> dict[str, Json]:
    """By kind and name. Tokens are left out, their names stay; of the writes only stays by whom they were.

    With `history` it also tells how many rollouts there were on the way.
    """
    state: dict[str, Json] = {}
    for kind, path in _LISTS.items():
        for item in api.request("GET", path.format(namespace))["items"]:
            state[_name(kind, item, state)] = _kept(kind, item)
    for item in api.request("GET", _CLUSTER_WIDE)["items"]:
        if f":{namespace}:" in item["metadata"]["name"]:
            state[f"ClusterRoleBinding/{item['metadata']['name']}"] = _kept("ClusterRoleBinding", item)
    if not history:
        state = {name: _without(_HISTORY, live) for name, live in state.items() if not name.startswith("ReplicaSet")}
    text = json.dumps(state).replace(namespace, "NAMESPACE")
    return json.loads(_RANDOM.sub(r"\1...", _GENERATED.sub(r"\1-GENERATED", text)))


def differences(expected: object, found: object, at: str = "") -> list[str]:
    """In words, where two states differ."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            difference
            for key in sorted(expected.keys() | found.keys())
            for difference in differences(expected.get(key), found.get(key), f"{at}/{key}")
        ]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        pairs = enumerate(zip(expected, found, strict=True))
        return [difference for index, pair in pairs for difference in differences(*pair, f"{at}/{index}")]
    return [] if expected == found else [f"{at}: expected {expected!r}, found {found!r}"]


def _name(kind: str, item: Json, taken: dict[str, Json]) -> str:
    if kind == "ReplicaSet":  # its name is a hash
        return f"ReplicaSet {sum(name.startswith('ReplicaSet') for name in taken) + 1}"
    return f"{kind}/{item['metadata']['name']}"


def _kept(kind: str, item: Json) -> Json:
    metadata = {key: value for key, value in item["metadata"].items() if key not in ("managedFields", "namespace")}
    if kind == "ReplicaSet":
        metadata = {"labels": metadata["labels"]}
    writers = {
        f"{entry['manager']} {entry['operation']} {entry.get('subresource', '')}".strip()
        for entry in item["metadata"].get("managedFields", [])
        if entry["manager"].startswith("ritsuko")
    }
    known = {**item, "metadata": metadata, "writers": sorted(writers)}
    if kind in _OF_CONTROLLERS:
        known.pop("status", None)
    if kind == "Secret" and "app.kubernetes.io/managed-by" in metadata.get("labels", {}):
        known["data"] = sorted(item.get("data", {}))
    return _without(_VOLATILE, known)


def _without(keys: Collection[str], value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without(keys, entry) for key, entry in value.items() if key not in keys}
    return [_without(keys, entry) for entry in value] if isinstance(value, list) else value
