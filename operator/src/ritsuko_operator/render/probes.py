"""When a sidecar's container counts as alive, ready and started."""

from __future__ import annotations

from typing import Any, NamedTuple

from ritsuko_api.sidecar import McpSidecar
from ritsuko_operator.render.presets import port_name_of

Probe = dict[str, Any]

_HANDLERS = ("exec", "grpc", "httpGet", "tcpSocket")


class Probes(NamedTuple):
    """A container's probes; None for one that it does not have."""

    liveness: Probe | None
    readiness: Probe | None
    startup: Probe | None


def sidecar_probes(sidecar: McpSidecar) -> Probes:
    """The user's own; where there are none, `GET /health`, unless probes are switched off."""
    spec = sidecar.spec
    health: Probe = {"httpGet": {"path": "/health", "port": port_name_of(sidecar)}, "timeoutSeconds": 5}
    by_default = spec.probe == "Http"
    liveness, readiness = spec.liveness_probe, spec.readiness_probe
    if liveness is None and by_default:
        liveness = {**health, "initialDelaySeconds": 10, "periodSeconds": 30}
    if readiness is None and by_default:
        readiness = {**health, "initialDelaySeconds": 5, "periodSeconds": 10}
    startup = spec.startup_probe
    if startup is None and spec.native and readiness is not None:
        startup = _until_ready(readiness)
    return Probes(liveness, readiness, startup)


def _until_ready(readiness: Probe) -> Probe:
    """Kubernetes starts what comes after a native sidecar once its startup probe succeeds: so this asks for readiness.

    It asks for as long as a rollout may take. The liveness probe takes over afterwards.
    """
    asked = {name: value for name, value in readiness.items() if name in (*_HANDLERS, "timeoutSeconds")}
    return {**asked, "periodSeconds": 1, "failureThreshold": 300}
