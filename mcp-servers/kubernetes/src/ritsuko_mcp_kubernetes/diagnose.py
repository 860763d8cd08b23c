"""The tool `diagnose`: a pod or workload in one answer: the verdict, the evidence for it, and what to do next."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from typing import TypeVar, cast

from pydantic import JsonValue

from ritsuko_mcp_common import Envelope, ToolFailure
from ritsuko_mcp_kubernetes.api.client import Json, KubernetesClient, segment
from ritsuko_mcp_kubernetes.api.discovery import Discovery, Resource
from ritsuko_mcp_kubernetes.api.failures import ApiServerFailure, NotFound
from ritsuko_mcp_kubernetes.api.log_tail import tail
from ritsuko_mcp_kubernetes.api.pagination import items
from ritsuko_mcp_kubernetes.diagnosis import report, workloads
from ritsuko_mcp_kubernetes.diagnosis.events import complaints, explained
from ritsuko_mcp_kubernetes.diagnosis.finding import Finding, Severity, Subject
from ritsuko_mcp_kubernetes.diagnosis.pods import pod_findings
from ritsuko_mcp_kubernetes.diagnosis.references import Reference, references
from ritsuko_mcp_kubernetes.events import complaints_in
from ritsuko_mcp_kubernetes.objects.fields import at, objects, ready, selector_of

T = TypeVar("T")

KINDS = ("Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job")
_MOST_PODS = 500
_MOST_EVENTS = 500
_LOG_LINES = 15
_METADATA = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"


class Diagnosis:
    """Looks into one object of one cluster."""

    def __init__(self, client: KubernetesClient, discovery: Discovery) -> None:
        self._client = client
        self._discovery = discovery
        self._warnings: list[str] = []

    async def of(self, item: Json, resource: Resource) -> Envelope:
        """The envelope for `item`, an object of one of `KINDS`."""
        now = datetime.now(UTC)
        subject = Subject.of(item, resource.kind)
        pods = [item] if resource.kind == "Pod" else await self._pods(item, subject.namespace)
        findings = [*_of_workload(item, resource.kind, now), *(each for pod in pods for each in pod_findings(pod, now))]
        about = [subject, *(Subject.of(pod, "Pod") for pod in pods), *_replica_sets(pods)]
        told = await self._complaints(subject.namespace, about)
        findings = sorted((explained(finding, told) for finding in findings), key=lambda finding: -finding.severity)
        example = _example(pods, findings)
        missing, log, node = await asyncio.gather(
            self._missing(example, subject.namespace),
            self._log(findings, subject.namespace),
            self._node(example),
        )
        record = {
            "verdict": _verdict(subject, pods, findings),
            "findings": [_finding(finding) for finding in _distinct(findings)],
            "missing": missing,
            "events": told,
            "log": log,
            "pod": report.facts(example) if example else None,
            "node": node,
        }
        worst = findings[0] if findings else None
        return Envelope(
            summary=str(record["verdict"]),
            data=cast("dict[str, JsonValue]", record),
            warnings=self._warnings,
            hints=_next(subject, worst, missing),
            untrusted=True,
        ).written_by(report.write)

    async def _pods(self, item: Json, namespace: str) -> list[Json]:
        selector = selector_of(at(item, "spec", "selector"))
        if not selector:
            return []
        resource = await self._discovery.resolve("pods")
        query = {"labelSelector": selector}
        return await items(self._client, resource, namespace, query, most=_MOST_PODS, warnings=self._warnings)

    async def _complaints(self, namespace: str, about: Sequence[Subject]) -> list[str]:
        reading = complaints_in(self._client, self._discovery, namespace, most=_MOST_EVENTS, warnings=self._warnings)
        return complaints(await self._try("events", reading) or [], *about)[:8]

    async def _missing(self, pod: Json | None, namespace: str) -> list[str]:
        """The references of the pod that lead nowhere."""
        if pod is None:
            return []
        wanted = list(references(pod))
        there = await asyncio.gather(*(self._exists(reference, namespace) for reference in wanted))
        return [str(reference) for reference, found in zip(wanted, there, strict=True) if found is False]

    async def _exists(self, reference: Reference, namespace: str) -> bool | None:
        """None where we may not look."""
        resource = await self._discovery.resolve(reference.plural)
        try:
            # Metadata only: what is in a Secret or ConfigMap is nobody's business here.
            path = resource.path(namespace=namespace, name=reference.name)
            await self._client.get(path, accept=_METADATA)
        except NotFound:
            return False
        except ApiServerFailure as error:
            if error.status == 403:
                return None  # the node's events name what is missing just as well
            raise
        return True

    async def _log(self, findings: Sequence[Finding], namespace: str) -> str:
        """The last lines of the container that ended, before it ended."""
        for finding in findings:
            if finding.container and finding.reason in ("CrashLoop", "OutOfMemory", "Restarted", "Failed"):
                pods = await self._discovery.resolve("pods")
                path = f"{pods.path(namespace=namespace, name=finding.subject.name)}/log"
                query = {"container": segment(finding.container, "container")}
                if finding.reason != "Failed":
                    query["previous"] = "true"
                text = await self._try("its log", tail(self._client, path, query, lines=_LOG_LINES))
                # as one text: a secret may stretch over lines, and is redacted after this
                return "\n".join((text or "").splitlines()[-_LOG_LINES:])
        return ""

    async def _node(self, pod: Json | None) -> str:
        name = at(pod or {}, "spec").get("nodeName")
        if not name:
            return ""
        resource = await self._discovery.resolve("nodes")
        node = await self._try("its node", self._client.get(resource.path(name=str(name))))
        if node is None:
            return str(name)
        return report.node(node)

    async def _try(self, what: str, question: Awaitable[T]) -> T | None:
        """An answer that the diagnosis can do without: a node that is away answers for its logs with 500."""
        try:
            return await question
        except ToolFailure as error:
            self._warn(f"{what} could not be read: {error.message}")
            return None

    def _warn(self, text: str) -> None:
        if text not in self._warnings:
            self._warnings.append(text)


def require_diagnosable(resource: Resource) -> None:
    """Raises `ToolFailure` for kinds that have no pods."""
    if resource.kind not in KINDS:
        raise ToolFailure(
            f"a {resource.singular} has no pods to look into",
            f"diagnose takes {', '.join(kind.lower() for kind in KINDS)}; for others: describe.",
        )


def _of_workload(item: Json, kind: str, now: datetime) -> list[Finding]:
    match kind:
        case "Deployment":
            return workloads.deployment_findings(item)
        case "StatefulSet":
            return workloads.stateful_set_findings(item, now)
        case "DaemonSet":
            return workloads.daemon_set_findings(item, now)
        case "Job":
            return workloads.job_findings(item, {})
        case _:
            return []


def _example(pods: Sequence[Json], findings: Sequence[Finding]) -> Json | None:
    """The pod that shows best what is wrong: that of the worst finding, else the newest."""
    for finding in findings:
        for pod in pods:
            if Subject.of(pod, "Pod") == finding.subject:
                return pod
    return max(pods, key=lambda pod: str(at(pod, "metadata").get("creationTimestamp")), default=None)


def _replica_sets(pods: Sequence[Json]) -> list[Subject]:
    return list(
        {
            Subject(str(owner.get("kind")), str(at(pod, "metadata").get("namespace")), str(owner.get("name")))
            for pod in pods
            for owner in objects(pod, "metadata", "ownerReferences")
        }
    )


def _verdict(subject: Subject, pods: Sequence[Json], findings: Sequence[Finding]) -> str:
    where = f"{subject} in namespace {subject.namespace}"
    if findings:
        worst = findings[0]
        state = "does not work" if worst.severity is Severity.CRITICAL else "works, but not as it should"
        of = "" if worst.subject == subject else f" ({worst.subject})"
        return f"{where} {state}: {worst.cause}{of}."
    if subject.kind == "Pod":
        phase = at(pods[0], "status").get("phase", "Unknown")
        return f"Nothing is wrong with {where}: it is {str(phase).lower()}."
    count = sum(ready(pod) for pod in pods)
    if not pods:
        return f"{where} has no pods, and nothing says that it should."
    return f"Nothing is wrong with {where}: {count} of {len(pods)} pods are ready."


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    """One of each sort: fifty pods of a workload mostly have the same."""
    return list({(each.reason, each.container): each for each in reversed(findings)}.values())[::-1][:8]


def _finding(finding: Finding) -> Json:
    return {
        "severity": finding.severity.word,
        "object": str(finding.subject),
        "reason": finding.reason,
        "cause": finding.cause,
        "advice": finding.advice,
        "since": finding.since,
    }


def _next(subject: Subject, worst: Finding | None, missing: Sequence[str]) -> list[str]:
    if worst is None:
        return []
    hints: list[str] = []
    if missing:
        hints.append(f"Create what is missing in namespace {subject.namespace}: {', '.join(missing)}.")
    if worst.subject.kind == "Pod":
        hints.append(f"All of it: describe pod {worst.subject.name} namespace={subject.namespace}")
    return hints
