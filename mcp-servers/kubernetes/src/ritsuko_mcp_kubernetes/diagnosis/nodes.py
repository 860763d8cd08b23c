"""What is wrong with a node."""

from __future__ import annotations

from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.diagnosis.finding import Finding, Severity, Subject
from ritsuko_mcp_kubernetes.objects.fields import conditions
from ritsuko_mcp_kubernetes.objects.quoting import quoted

_PRESSURE = {
    "MemoryPressure": "it is running out of memory: pods are evicted",
    "DiskPressure": "its disk is almost full: images are removed and pods evicted",
    "PIDPressure": "it is running out of process IDs",
    "NetworkUnavailable": "its network is not configured",
}


def node_findings(node: Json) -> list[Finding]:
    subject, found = Subject.of(node, "Node"), conditions(node)
    ready = found.get("Ready", {})
    if ready.get("status") != "True":
        silent = ready.get("status") == "Unknown"
        says = quoted(str(ready.get("message") or "nothing"), 300)
        cause = "its kubelet stopped reporting" if silent else f"its kubelet reports:{says}"
        return [
            Finding(
                subject,
                Severity.CRITICAL,
                "NodeNotReady",
                f"it is not ready: {cause}",
                "Check that the machine is up and connected, then check the kubelet's and container runtime's logs.",
                str(ready.get("lastTransitionTime") or ""),
            )
        ]
    return [
        Finding(
            subject,
            Severity.WARNING,
            kind,
            f"{cause}:{quoted(str(condition.get('message') or condition.get('reason')), 300)}",
            "Find what uses it up; to list its pods: get pods all_namespaces=true fields=spec.nodeName=" + subject.name,
            str(condition.get("lastTransitionTime") or ""),
        )
        for kind, cause in _PRESSURE.items()
        if (condition := found.get(kind, {})).get("status") == "True"
    ]
