"""A cluster of given objects, behind the face that the tools read through."""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest

from ritsuko_mcp_common import Service
from ritsuko_mcp_common.calls import ContractServer
from ritsuko_mcp_common.metrics import Metrics
from ritsuko_mcp_kubernetes import server as kubernetes
from ritsuko_mcp_kubernetes.api.client import Decoder, Json, KubernetesClient
from ritsuko_mcp_kubernetes.api.failures import NotFound
from ritsuko_mcp_kubernetes.settings import KubernetesSettings

KINDS = {
    "Pod": ("", "v1", "pods"),
    "Event": ("", "v1", "events"),
    "Secret": ("", "v1", "secrets"),
    "ConfigMap": ("", "v1", "configmaps"),
    "Service": ("", "v1", "services"),
    "Namespace": ("", "v1", "namespaces"),
    "Node": ("", "v1", "nodes"),
    "PersistentVolumeClaim": ("", "v1", "persistentvolumeclaims"),
    "Deployment": ("apps", "v1", "deployments"),
    "ReplicaSet": ("apps", "v1", "replicasets"),
    "StatefulSet": ("apps", "v1", "statefulsets"),
    "DaemonSet": ("apps", "v1", "daemonsets"),
    "ControllerRevision": ("apps", "v1", "controllerrevisions"),
    "Job": ("batch", "v1", "jobs"),
    "CronJob": ("batch", "v1", "cronjobs"),
    "HorizontalPodAutoscaler": ("autoscaling", "v2", "horizontalpodautoscalers"),
    "PodDisruptionBudget": ("policy", "v1", "poddisruptionbudgets"),
    "NetworkPolicy": ("networking.k8s.io", "v1", "networkpolicies"),
    "StorageClass": ("storage.k8s.io", "v1", "storageclasses"),
    "ServiceAccount": ("", "v1", "serviceaccounts"),
    "Ingress": ("networking.k8s.io", "v1", "ingresses"),
    "EndpointSlice": ("discovery.k8s.io", "v1", "endpointslices"),
}
_CLUSTER_WIDE = ("Namespace", "Node", "StorageClass")


class FakeKubernetesClient(KubernetesClient):
    """Answers with `objects` and, for every log, with `log`. Selectors are not looked at: more comes back, not less."""

    def __init__(self, objects: list[Json], log: str = "") -> None:
        super().__init__(None, max_response_bytes=1)
        self._objects = objects
        self.log = log
        self.selectors: list[str] = []

    async def get(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        accept: str = "application/json",
        decode: Decoder = json.loads,
    ) -> Json:
        if selector := (query or {}).get("fieldSelector"):
            self.selectors.append(selector)
        if path in ("/api", "/apis"):
            return _discovery(core=path == "/api")
        parts = path.strip("/").split("/")
        parts = parts[2:] if parts[0] == "api" else parts[3:]
        if parts[0] == "namespaces" and len(parts) > 2:
            parts = parts[2:]
        plural, *name = parts
        # copies: whoever reads may keep what it needs and drop the rest
        found = [deepcopy(each) for each in self._objects if KINDS[each["kind"]][2] == plural]
        if name:
            found = [each for each in found if each["metadata"]["name"] == name[0]]
            if not found:
                raise NotFound(404, f"{plural} {name[0]} not found")
        if "as=Table" in accept:
            return _table(found)
        if name:
            return found[0]
        # the entries of lists come without their kind
        items = [{key: each[key] for key in each if key not in ("kind", "apiVersion")} for each in found]
        return decode(json.dumps({"metadata": {}, "items": items}).encode())

    async def text(self, path: str, query: Mapping[str, str]) -> str:
        assert path.endswith("/log")
        return self.log


def server_of(client: FakeKubernetesClient, monkeypatch: pytest.MonkeyPatch) -> ContractServer:
    """The kubernetes server that reads from it."""

    def the_same(*_: object, **__: object) -> FakeKubernetesClient:
        return client

    def no_target(**_: str) -> list[None]:
        return [None]

    monkeypatch.setattr(kubernetes, "KubernetesClient", the_same)
    monkeypatch.setattr(kubernetes, "find", no_target)
    # an answer that is cut could hide what would come out of a longer one
    service: Service = kubernetes.build(KubernetesSettings(mcp_output_budget=400_000))
    return ContractServer(
        name=service.name,
        version=service.version,
        instructions=service.instructions,
        tools=list(service.tools),
        settings=service.settings,
        metrics=Metrics(),
    )


def _table(found: list[Json]) -> Json:
    """As the API server makes it for kinds with printer columns of their own: from fields of any content."""
    columns = [{"name": "Name"}, {"name": "Note", "priority": 1}]
    rows = [
        {
            "cells": [each["metadata"]["name"], str(each["metadata"].get("annotations", {}).get("note"))],
            "object": {"metadata": each["metadata"]},
        }
        for each in found
    ]
    return {"columnDefinitions": columns, "rows": rows, "metadata": {}}


def _discovery(*, core: bool) -> Json:
    groups: dict[str, list[Any]] = {}
    for kind, (group, _, plural) in KINDS.items():
        if (group == "") is core:
            groups.setdefault(group, []).append(
                {
                    "resource": plural,
                    "singularResource": kind.lower(),
                    "responseKind": {"kind": kind},
                    "scope": "Cluster" if kind in _CLUSTER_WIDE else "Namespaced",
                    "verbs": ["get", "list"],
                }
            )
    return {
        "kind": "APIGroupDiscoveryList",
        "items": [
            {"metadata": {"name": group}, "versions": [{"version": "v1", "resources": resources}]}
            for group, resources in groups.items()
        ],
    }
