"""Services that lead nowhere, and Ingresses that lead to no Service."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.diagnosis.finding import Finding, Severity, Subject
from ritsuko_mcp_kubernetes.objects.fields import at, objects


@dataclass(frozen=True, slots=True)
class Backend:
    """What a Service has to know of a pod, or of the template of one that could be. Pods of one workload mostly have it
    in common."""

    labels: frozenset[tuple[str, str]]
    ports: tuple[tuple[str, int], ...]  # (name, number) of those its containers declare

    @staticmethod
    def of(pod: Json) -> Backend:
        """Of a pod or a pod template."""
        ports = [
            (str(port.get("name") or ""), int(port.get("containerPort") or 0))
            for lists in ("containers", "initContainers")
            for container in objects(pod, "spec", lists)
            for port in objects(container, "ports")
        ]
        return Backend(_pairs(at(pod, "metadata", "labels")), tuple(ports))


def service_findings(service: Json, pods: Collection[Backend], templates: Iterable[Backend]) -> list[Finding]:
    """`pods` run in the Service's namespace; `templates` are those of its workloads, scaled to nothing or not."""
    selector = at(service, "spec", "selector")
    if not selector or at(service, "spec").get("type") == "ExternalName":
        return []
    subject = Subject.of(service, "Service")
    wanted = _pairs(selector)
    selected = [pod for pod in pods if wanted <= pod.labels]
    if not selected:
        return _nobody(subject, selector, pods, templates)
    found: list[Finding] = []
    for port in objects(service, "spec", "ports"):
        target = port.get("targetPort", port.get("port"))
        declared = sorted({entry for pod in selected for entry in pod.ports}, key=lambda entry: entry[1])
        if isinstance(target, str) and not any(name == target for name, _ in declared):
            cause = f"its targetPort {target!r} is the name of no port of its pods"
            found.append(_wrong(subject, Severity.CRITICAL, cause, declared))
        elif isinstance(target, int) and declared and not any(number == target for _, number in declared):
            cause = f"it sends to port {target}, which none of its pods declares"
            found.append(_wrong(subject, Severity.WARNING, cause, declared))
    return found


def ingress_findings(ingress: Json, services: Mapping[tuple[str, str], Json]) -> list[Finding]:
    """`services` by namespace and name."""
    subject = Subject.of(ingress, "Ingress")
    backends = [at(ingress, "spec", "defaultBackend", "service")] + [
        at(path, "backend", "service")
        for rule in objects(ingress, "spec", "rules")
        for path in objects(rule, "http", "paths")
    ]
    found: list[Finding] = []
    for name in dict.fromkeys(str(backend["name"]) for backend in backends if backend.get("name")):
        if (subject.namespace, name) not in services:
            found.append(
                Finding(
                    subject,
                    Severity.CRITICAL,
                    "MissingService",
                    f"its backend Service {name} does not exist",
                    "Create the Service in the Ingress's namespace, or correct the name.",
                )
            )
    return found


def _nobody(subject: Subject, selector: Json, pods: Collection[Backend], templates: Iterable[Backend]) -> list[Finding]:
    if any(_pairs(selector) <= template.labels for template in templates):
        return []  # its workload has no pods now, and reports itself if that is not desired
    written = ",".join(f"{key}={value}" for key, value in selector.items())
    near = [key for key, value in selector.items() if not any((key, value) in pod.labels for pod in pods)]
    which = f" (no pod has {', '.join(f'{key}={selector[key]}' for key in near)})" if near and pods else ""
    return [
        Finding(
            subject,
            Severity.WARNING,
            "NoPods",
            f"its selector {written} matches no pod{which}",
            "Compare the selector with the pods' labels; delete the Service if it is unused.",
        )
    ]


def _wrong(subject: Subject, severity: Severity, cause: str, declared: Sequence[tuple[str, int]]) -> Finding:
    ports = ", ".join(f"{number} ({name})" if name else str(number) for name, number in declared) or "none"
    return Finding(
        subject, severity, "WrongPort", f"{cause}; they declare {ports}", "Correct targetPort, or the pods' ports."
    )


def _pairs(labels: Json) -> frozenset[tuple[str, str]]:
    return frozenset((key, str(value)) for key, value in labels.items())
