"""Puts Ritsuko on a cluster the way a user would: images, `kubectl apply`, and waiting for the status to say so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.cluster import Cluster, ClusterError
from tools.images.image import build_all

ROOT = Path(__file__).parents[2]
MANIFESTS = Path(__file__).parent / "manifests"
OPERATOR_NAMESPACE = "ritsuko-system"
NAMESPACE = "chatops"
BOT = "ritsuko"


def install_operator(cluster: Cluster) -> None:
    """Build and load the images, apply the one-file installation, and wait for the operator."""
    cluster.load(*build_all())
    cluster.kubectl("apply", "-f", str(ROOT / "manifests" / "install.yaml"))
    _wait(cluster, OPERATOR_NAMESPACE, "deployment/ritsuko-operator", "Available", seconds=120)


def apply_bot(cluster: Cluster, *, credentials: Mapping[str, str], prometheus_url: str) -> None:
    """Apply the sample bot with its three servers, and the workload that it is asked about."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    # restricted: the bot's pod has to pass the strictest Pod Security Standard
    namespace["metadata"] |= {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}  # type: ignore[operator]
    apply(cluster, namespace, secret("ritsuko-zulip", credentials), config_map("prometheus", {"url": prometheus_url}))
    cluster.kubectl("apply", "-f", str(MANIFESTS))


def wait_until_ready(cluster: Cluster, *, seconds: int = 180) -> None:
    """Wait until the bot's status says Ready, and the workload runs."""
    _wait(cluster, NAMESPACE, f"ritsukobots/{BOT}", "Ready", seconds=seconds)
    _wait(cluster, NAMESPACE, "deployment/checkout", "Available", seconds=60)


def apply(cluster: Cluster, *objects: Mapping[str, Any]) -> None:
    cluster.kubectl("apply", "-f", "-", input=yaml.safe_dump_all([dict(item) for item in objects]))


def secret(name: str, values: Mapping[str, str], *, namespace: str = NAMESPACE) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": dict(values)}


def config_map(name: str, values: Mapping[str, str], *, namespace: str = NAMESPACE) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": dict(values)}


def get(cluster: Cluster, *arguments: str, namespace: str = NAMESPACE) -> dict[str, Any]:
    """What `kubectl get` finds, as JSON."""
    return json.loads(cluster.kubectl("--namespace", namespace, "get", *arguments, "-o", "json"))


def _wait(cluster: Cluster, namespace: str, what: str, condition: str, *, seconds: int) -> None:
    try:
        cluster.kubectl(
            *("--namespace", namespace, "wait", f"--for=condition={condition}", what, f"--timeout={seconds}s"),
            timeout=seconds + 10,
        )
    except ClusterError as error:
        kind = what.partition("/")[0]
        seen = cluster.kubectl("--namespace", namespace, "get", f"{kind},pods", "-o", "wide")
        events = cluster.kubectl("--namespace", namespace, "get", "events", "--sort-by=.lastTimestamp")
        raise ClusterError(f"{error}\n{seen}\n{events[-3000:]}") from error
