"""What is wrong with a node."""

from __future__ import annotations

from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.diagnosis.finding import Finding, Severity, Subject
from ritsuko_mcp_kubernetes.objects.fields import conditions
from ritsuko_mcp_kubernetes.objects.quoting import quoted

_PRESSURE = {
    "MemoryPressure": "its memory runs out: pods are evicted",
    "DiskPressure": "its disk runs full: images are removed and pods evicted",
    "PIDPressure": "it has too many processes",
    "NetworkUnavailable": "its network is not set up",
}


def node_findings(node: Json) -> list[Finding]:
    subject, found = Subject.of(node, "Node"), conditions(node)
    ready = found.get("Ready", {})
    if ready.get("status") != "True":
        silent = ready.get("status") == "Unknown"
        says = quoted(str(ready.get("message") or "nothing"), 300)
        cause = "its kubelet no longer reports" if silent else f"its kubelet says:{says}"
        return [
            Finding(
                subject,
                Severity.CRITICAL,
                "NodeNotReady",
                f"it is not ready: {cause}",
                "Is the machine up and connected? Then see the kubelet's and the container runtime's logs on it.",
                str(ready.get("lastTransitionTime") or ""),
            )
        ]
    return [
        Finding(
            subject,
            Severity.WARNING,
            kind,
            f"{told}:{quoted(str(condition.get('message') or condition.get('reason')), 300)}",
            "See what uses it up; the pods on it by their requests: get pods -A with fields=spec.nodeName="
            + subject.name,
            str(condition.get("lastTransitionTime") or ""),
        )
        for kind, told in _PRESSURE.items()
        if (condition := found.get(kind, {})).get("status") == "True"
    ]
