"""What can be seen of a bot on a cluster, and waiting until it is so."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from tests.cluster import Cluster
from tests.demo.stage import BOT, NAMESPACE, get

T = TypeVar("T")


def eventually(look: Callable[[], T], *, seconds: float, what: str) -> T:
    """What `look` returns once that is true (not None, empty or False); AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return found


def bot(cluster: Cluster, name: str = BOT) -> dict[str, Any]:
    return cluster.api.request("GET", f"/apis/ritsuko.dev/v1alpha1/namespaces/{NAMESPACE}/ritsukobots/{name}")


def status(cluster: Cluster, name: str = BOT) -> dict[str, Any]:
    return bot(cluster, name).get("status", {})


def condition(cluster: Cluster, type_: str, name: str = BOT) -> dict[str, Any]:
    """One condition of a bot; empty as long as there is none."""
    return next((c for c in status(cluster, name).get("conditions", []) if c["type"] == type_), {})


def is_ready(cluster: Cluster, name: str = BOT) -> bool:
    """Whether the bot is Ready, and says so of the spec as it stands."""
    found = bot(cluster, name)
    current = found.get("status", {}).get("observedGeneration") == found["metadata"]["generation"]
    return current and condition(cluster, "Ready", name).get("status") == "True"


def line(cluster: Cluster, sidecar: str, name: str = BOT) -> dict[str, Any]:
    """A sidecar's line in the bot's status; empty as long as there is none."""
    return next((s for s in status(cluster, name).get("sidecars", []) if s["name"] == sidecar), {})


def tools(cluster: Cluster, server: str) -> list[str]:
    """The tools of a server that the bot offers, as it reports them itself."""
    servers = status(cluster).get("runtime", {}).get("servers", [])
    return next((s.get("tools", []) for s in servers if s["name"] == server), [])


def pods(cluster: Cluster, name: str = BOT) -> list[dict[str, Any]]:
    """The bot's pods that are not on their way out."""
    found = get(cluster, "pods", "-l", f"app.kubernetes.io/name=ritsuko,app.kubernetes.io/instance={name}")["items"]
    return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]


def pod_names(cluster: Cluster, name: str = BOT) -> set[str]:
    return {pod["metadata"]["name"] for pod in pods(cluster, name)}


def are_gone(cluster: Cluster, pods: set[str]) -> bool:
    """Whether nothing is left of these pods: their last container has ended."""
    return not cluster.kubectl("-n", NAMESPACE, "get", "pods", *pods, "--ignore-not-found", "-o", "name")


def restarts(cluster: Cluster, container: str) -> int:
    """How often a container of the bot's pods has restarted."""
    states = [s for pod in pods(cluster) for s in pod["status"].get("containerStatuses", []) if s["name"] == container]
    return sum(state["restartCount"] for state in states)
