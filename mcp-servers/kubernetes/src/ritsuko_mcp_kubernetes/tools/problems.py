"""What is wrong in a namespace or the cluster, worst first."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime

from ritsuko_api.envelope import Row
from ritsuko_mcp_common import Envelope, Parameters, ReadTool
from ritsuko_mcp_kubernetes.api import pod_decoder
from ritsuko_mcp_kubernetes.api.client import Json, KubernetesClient
from ritsuko_mcp_kubernetes.api.discovery import Discovery, Resource
from ritsuko_mcp_kubernetes.api.events import warning_events
from ritsuko_mcp_kubernetes.api.failures import ApiServerFailure, Forbidden, NotFound
from ritsuko_mcp_kubernetes.api.pagination import items, pages
from ritsuko_mcp_kubernetes.diagnosis import event_causes
from ritsuko_mcp_kubernetes.diagnosis.finding import EXPLAINED_BY_EVENTS, Severity
from ritsuko_mcp_kubernetes.diagnosis.survey import CLUSTER_WIDE, NAMESPACED, STORAGE_CLASSES, Problem, Survey, rank
from ritsuko_mcp_kubernetes.lookup.clusters import Clusters
from ritsuko_mcp_kubernetes.objects.ages import age
from ritsuko_mcp_kubernetes.objects.fields import at, objects
from ritsuko_mcp_kubernetes.objects.quoting import one_line_column
from ritsuko_mcp_kubernetes.tools.parameters import Context, Namespace

_MOST_PODS = 20_000
_MOST_OF_A_KIND = 5_000
_MOST_EVENTS = 500
_AT_ONCE = 4


class ProblemsParameters(Parameters):
    """What `problems` takes."""

    namespace: Namespace = ""
    all_namespaces: bool = False
    context: Context = ""


async def problems(parameters: ProblemsParameters, clusters: Clusters) -> Envelope:
    """A row a problem of a namespace or of the whole cluster, worst first."""
    cluster = clusters.choose(parameters.context)
    client, discovery = cluster.client, cluster.discovery
    namespace = await cluster.namespace(parameters.namespace, all_namespaces=parameters.all_namespaces)
    survey, warnings = Survey(datetime.now(UTC)), list[str]()
    lists: dict[str, list[Json]] = {}
    slots = asyncio.Semaphore(_AT_ONCE)

    async def read(plural: str) -> None:
        async with slots:
            try:
                resource = await discovery.resolve(plural)
                lists[plural] = await items(
                    client, resource, namespace, most=_MOST_OF_A_KIND, warnings=warnings, keep=_needed
                )
            except Forbidden as error:
                if plural != STORAGE_CLASSES:
                    warnings.append(f"{plural} were not checked: {error.message}")
            except ApiServerFailure as error:
                warnings.append(f"{plural} could not be read: {error.message}")

    async with asyncio.TaskGroup() as group:
        group.create_task(_read_pods(client, await discovery.resolve("pods"), namespace, survey, warnings))
        for plural in (*NAMESPACED, STORAGE_CLASSES, *(() if namespace else CLUSTER_WIDE)):
            group.create_task(read(plural))
    found = await _explained(client, discovery, namespace, survey.problems(lists), warnings)
    return cluster.sourced(_envelope(found, survey, namespace), sorted(warnings))


async def _read_pods(
    client: KubernetesClient, resource: Resource, namespace: str, survey: Survey, warnings: list[str]
) -> None:
    async with aclosing(pages(client, resource, namespace, decode=pod_decoder.decode)) as reading:
        async for page in reading:
            if survey.pods >= _MOST_PODS:
                warnings.append(f"only the first {survey.pods} pods were checked: query a single namespace")
                return
            survey.take_pods(page)


def _needed(item: Json) -> Json:
    """An object with no more of a pod template than Services go by: thousands are held at once, and it is the bulk."""
    template = at(item, "spec", "template")
    if not template:
        return item
    pod: Json = {
        lists: [{"ports": objects(container, "ports")} for container in objects(template, "spec", lists)]
        for lists in ("containers", "initContainers")
    }
    lean = {"metadata": {"labels": at(template, "metadata", "labels")}, "spec": pod}
    return {**item, "spec": {**at(item, "spec"), "template": lean}}


async def _explained(
    client: KubernetesClient, discovery: Discovery, namespace: str, found: list[Problem], warnings: list[str]
) -> list[Problem]:
    """The problems with what events say about them, where the objects alone do not tell the cause."""
    if not any(problem.finding.reason in EXPLAINED_BY_EVENTS for problem in found):
        return found
    try:
        events = await warning_events(client, discovery, namespace, most=_MOST_EVENTS, warnings=warnings)
    except (Forbidden, NotFound) as error:
        warnings.append(f"events were not checked: {error.message}")
        return found
    explained = (
        dataclasses.replace(
            problem,
            finding=event_causes.explained(
                problem.finding, event_causes.warning_messages(events, problem.finding.subject, problem.subject)
            ),
        )
        for problem in found
    )
    return sorted(explained, key=rank)


def _envelope(found: Sequence[Problem], survey: Survey, namespace: str) -> Envelope:
    where = f"in namespace {namespace}" if namespace else "in the cluster"
    rows = [_row(problem, survey.now) for problem in found]
    if not rows:
        return Envelope(
            summary=f"No problems {where}: {survey.pods} pods and their owners were checked.",
            data=[],
            total=0,
            returned=0,
        )
    counts = ", ".join(
        f"{count} {severity.word}"
        for severity in sorted(Severity, reverse=True)
        if (count := sum(problem.finding.severity is severity for problem in found))
    )
    worst = found[0]
    hints = [f"{worst.subject}: {worst.finding.advice}"]
    if worst.subject.kind in _DIAGNOSED:
        hints.append(f"Details: diagnose {worst.subject}{_in(worst.subject.namespace, namespace)}")
    noun = "problem" if len(rows) == 1 else "problems"
    return Envelope(
        summary=f"{len(rows)} {noun} {where} ({counts}), worst first; {survey.pods} pods were checked.",
        data=rows,
        total=len(rows),
        returned=len(rows),
        hints=hints,
        untrusted=True,
    ).written_by(one_line_column("CAUSE"))


_DIAGNOSED = frozenset({"Pod", "Deployment", "StatefulSet", "DaemonSet", "Job"})


def _row(problem: Problem, now: datetime) -> Row:
    finding = problem.finding
    return {
        "SEVERITY": finding.severity.word,
        "NAMESPACE": problem.subject.namespace,
        "OBJECT": str(problem.subject),
        "PROBLEM": finding.reason,
        "PODS": problem.pods or "",
        "SINCE": age(finding.since, now) if finding.since else "",
        "CAUSE": finding.cause,
    }


def _in(namespace: str, asked: str) -> str:
    return f" namespace={namespace}" if namespace and namespace != asked else ""


TOOL = ReadTool(
    name="problems",
    title="List problems",
    description="Problems in a namespace or, with all_namespaces, in the whole cluster: pods, workloads, jobs, "
    "services, claims, nodes. Worst first, each with its cause.",
    parameters=ProblemsParameters,
    run=problems,
)
