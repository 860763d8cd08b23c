"""What pods request of the node that runs them."""

from __future__ import annotations

from dataclasses import dataclass

from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.objects import quantities
from ritsuko_mcp_kubernetes.objects.fields import at, objects


@dataclass
class PodRequests:
    """The sum over pods: cores, bytes, and how many pods."""

    cpu: float = 0.0
    memory: float = 0.0
    pods: int = 0

    def add(self, pod: Json) -> None:
        self.pods += 1
        self.cpu += _requested(pod, "cpu")
        self.memory += _requested(pod, "memory")


def _requested(pod: Json, resource: str) -> float:
    """As the scheduler counts it: containers and native sidecars together, or an init container that asks for more."""
    sidecars, most = 0.0, 0.0
    for container in objects(pod, "spec", "initContainers"):
        request = _request(container, resource)
        if container.get("restartPolicy") == "Always":
            sidecars += request
        else:
            most = max(most, sidecars + request)
    return max(most, sidecars + sum(_request(container, resource) for container in objects(pod, "spec", "containers")))


def _request(container: Json, resource: str) -> float:
    return quantities.amount(at(container, "resources", "requests").get(resource, 0))
