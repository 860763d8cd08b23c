"""The diagnosis of a pod or workload in one answer: the verdict, the evidence for it, and what to do next."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

from pydantic import JsonValue

from ritsuko_mcp_common import Envelope, Parameters, ReadTool, ToolFailure
from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.api.discovery import Resource
from ritsuko_mcp_kubernetes.diagnosis import report, workloads
from ritsuko_mcp_kubernetes.diagnosis.event_causes import explained
from ritsuko_mcp_kubernetes.diagnosis.evidence import Evidence
from ritsuko_mcp_kubernetes.diagnosis.finding import Finding, Severity, Subject
from ritsuko_mcp_kubernetes.diagnosis.pods import pod_findings
from ritsuko_mcp_kubernetes.lookup.cluster import split
from ritsuko_mcp_kubernetes.lookup.clusters import Clusters
from ritsuko_mcp_kubernetes.objects.fields import at, objects, ready
from ritsuko_mcp_kubernetes.tools.parameters import Context, KindOfOne, Name, Namespace

_KINDS = ("Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job")


class DiagnoseParameters(Parameters):
    """What `diagnose` takes."""

    kind: KindOfOne
    name: Name = ""
    namespace: Namespace = ""
    context: Context = ""


async def diagnose(parameters: DiagnoseParameters, clusters: Clusters) -> Envelope:
    """The verdict with its evidence. Raises `ToolFailure` for a kind that has no pods."""
    cluster = clusters.choose(parameters.context)
    _require_diagnosable(await cluster.discovery.resolve(split(parameters.kind, parameters.name)[0]))
    item, resource, warnings = await cluster.named(
        parameters.kind, parameters.name, parameters.namespace, tool="diagnose"
    )
    now = datetime.now(UTC)
    evidence = Evidence(cluster, warnings)
    subject = Subject.of(item, resource.kind)
    pods = [item] if resource.kind == "Pod" else await evidence.pods(item, subject.namespace)
    findings = [*_of_workload(item, resource.kind, now), *(each for pod in pods for each in pod_findings(pod, now))]
    about = [subject, *(Subject.of(pod, "Pod") for pod in pods), *_replica_sets(pods)]
    messages = await evidence.warning_messages(subject.namespace, about)
    findings = sorted((explained(finding, messages) for finding in findings), key=lambda finding: -finding.severity)
    example = _example(pods, findings)
    missing, log, node = await asyncio.gather(
        evidence.missing_references(example, subject.namespace),
        evidence.last_log(findings, subject.namespace),
        evidence.node(example),
    )
    record = {
        "verdict": _verdict(subject, pods, findings),
        "findings": [_finding(finding) for finding in _distinct(findings)],
        "missing": missing,
        "events": messages,
        "log": log,
        "pod": report.facts(example) if example else None,
        "node": node,
    }
    worst = findings[0] if findings else None
    envelope = Envelope(
        summary=str(record["verdict"]),
        data=cast("dict[str, JsonValue]", record),
        hints=_next(subject, worst, missing),
        untrusted=True,
    ).written_by(report.write)
    return cluster.sourced(envelope, warnings)


def _require_diagnosable(resource: Resource) -> None:
    """Raises `ToolFailure` for kinds that have no pods."""
    if resource.kind not in _KINDS:
        raise ToolFailure(
            f"a {resource.singular} has no pods to diagnose",
            f"diagnose supports {', '.join(kind.lower() for kind in _KINDS)}; for other kinds: describe.",
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
        state = "does not work" if worst.severity is Severity.CRITICAL else "is degraded"
        of = "" if worst.subject == subject else f" ({worst.subject})"
        return f"{where} {state}: {worst.cause}{of}."
    if subject.kind == "Pod":
        phase = at(pods[0], "status").get("phase", "Unknown")
        return f"Nothing is wrong with {where}: it is {str(phase).lower()}."
    count = sum(ready(pod) for pod in pods)
    if not pods:
        return f"{where} has no pods and expects none."
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
        hints.append(f"Details: describe pod {worst.subject.name} namespace={subject.namespace}")
    return hints


TOOL = ReadTool(
    name="diagnose",
    title="Diagnose a workload",
    description="Find out why a pod or workload (deployment, statefulset, daemonset, job) does not work: verdict, "
    "evidence from status, events, previous log, limits, node and missing references; next steps.",
    parameters=DiagnoseParameters,
    run=diagnose,
)
