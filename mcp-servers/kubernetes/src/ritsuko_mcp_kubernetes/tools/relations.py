"""What an object belongs to, what it makes, who leads to it, what it uses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

from ritsuko_api.envelope import Row
from ritsuko_mcp_common import Envelope, Parameters, ReadTool
from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.api.failures import Forbidden
from ritsuko_mcp_kubernetes.api.pagination import items
from ritsuko_mcp_kubernetes.diagnosis.references import references
from ritsuko_mcp_kubernetes.lookup.clusters import Clusters
from ritsuko_mcp_kubernetes.objects.fields import at, matches, objects, owners
from ritsuko_mcp_kubernetes.tools.parameters import Context, KindOfOne, Name, Namespace

_MOST = 2_000
_MOST_PODS_SHOWN = 20
_NEIGHBOURS = (
    "pods",
    "replicasets",
    "deployments",
    "statefulsets",
    "daemonsets",
    "jobs",
    "services",
    "ingresses",
    "horizontalpodautoscalers",
    "poddisruptionbudgets",
    "networkpolicies",
)
_NEEDED_OF_SPEC = frozenset(
    ("selector", "podSelector", "ports", "defaultBackend", "rules", "scaleTargetRef", "minReplicas", "maxReplicas")
)
_KINDS = {
    "replicasets": "ReplicaSet",
    "deployments": "Deployment",
    "statefulsets": "StatefulSet",
    "daemonsets": "DaemonSet",
    "jobs": "Job",
    "pods": "Pod",
}


class RelationsParameters(Parameters):
    """What `relations` takes."""

    kind: KindOfOne
    name: Name = ""
    namespace: Namespace = ""
    context: Context = ""


async def relations(parameters: RelationsParameters, clusters: Clusters) -> Envelope:
    """A row a relation of the object, within its namespace."""
    cluster = clusters.choose(parameters.context)
    item, resource, warnings = await cluster.named(
        parameters.kind, parameters.name, parameters.namespace, tool="relations"
    )
    namespace = str(at(item, "metadata").get("namespace") or "")
    lists: dict[str, list[Json]] = {}

    async def read(plural: str) -> None:
        try:
            kind = await cluster.discovery.resolve(plural)
            lists[plural] = await items(cluster.client, kind, namespace, most=_MOST, warnings=warnings, keep=_needed)
        except Forbidden as error:
            warnings.append(f"{plural} were not checked: {error.message}")

    await asyncio.gather(*map(read, _NEIGHBOURS))
    rows = list(_rows(item, resource.kind, lists))
    name = at(item, "metadata").get("name")
    envelope = Envelope(
        summary=f"{resource.kind} {name} has {len(rows)} relations in namespace {namespace}."
        if rows
        else f"{resource.kind} {name} has no related objects.",
        data=rows,
        total=len(rows),
        returned=len(rows),
        untrusted=True,
    )
    return cluster.sourced(envelope, sorted(warnings))


def _needed(item: Json) -> Json:
    """What relations go by: thousands of objects are held at once, and most of each is its pod or pod template."""
    metadata, spec, status = at(item, "metadata"), at(item, "spec"), at(item, "status")
    return {
        "metadata": {key: metadata.get(key) for key in ("name", "labels", "ownerReferences")},
        "spec": {key: value for key, value in spec.items() if key in _NEEDED_OF_SPEC},
        "status": {key: status.get(key) for key in ("phase", "replicas")},
    }


def _rows(item: Json, kind: str, lists: Mapping[str, list[Json]]) -> Iterator[Row]:
    yield from _up(item, lists)
    made = list(_down(kind, item, lists))
    yield from made[:_MOST_PODS_SHOWN]
    if len(made) > _MOST_PODS_SHOWN:
        yield _row("makes", f"{len(made) - _MOST_PODS_SHOWN} more")
    labels, spec = _pod_of(item, kind)
    reached = [service for service in lists.get("services", []) if matches(at(service, "spec", "selector"), labels)]
    if kind == "Service":
        reached = [item]
        for pod in lists.get("pods", []):
            if matches(at(item, "spec", "selector"), at(pod, "metadata", "labels")):
                yield _row("leads to", f"pod/{_name(pod)}", _owner_of(pod))
    for service in reached:
        if kind != "Service":
            ports = ", ".join(
                f"{port.get('port')}->{port.get('targetPort')}" for port in objects(service, "spec", "ports")
            )
            yield _row("reached by", f"service/{_name(service)}", ports)
        for ingress in lists.get("ingresses", []):
            for host in _hosts(ingress, _name(service)):
                yield _row("reached by", f"ingress/{_name(ingress)}", host)
    if kind == "Ingress":
        for name in dict.fromkeys(str(backend.get("name")) for backend in _backends(item)):
            yield _row("leads to", f"service/{name}")
    yield from _governed(item, kind, labels, lists)
    for reference in references({"spec": spec}):
        yield _row("uses", f"{reference.kind.lower()}/{reference.name}")
    if node := spec.get("nodeName"):
        yield _row("runs on", f"node/{node}")


def _up(item: Json, lists: Mapping[str, list[Json]]) -> Iterator[Row]:
    """Its owner, its owner's owner, and so on."""
    seen: set[str] = set()
    current = [item]
    while current:
        for kind, name in owners(current.pop()):
            if f"{kind}/{name}" in seen:
                continue
            seen.add(f"{kind}/{name}")
            yield _row("belongs to", f"{kind.lower()}/{name}")
            plural = next((plural for plural, known in _KINDS.items() if known == kind), "")
            current += [each for each in lists.get(plural, []) if _name(each) == name]


def _down(kind: str, item: Json, lists: Mapping[str, list[Json]]) -> Iterator[Row]:
    """What it made, and what that made. A ReplicaSet without pods is history, and left out."""
    for plural, made in _KINDS.items():
        for each in lists.get(plural, []):
            if (kind, _name(item)) not in owners(each):
                continue
            if made == "ReplicaSet" and not at(each, "status").get("replicas"):
                continue
            yield _row("makes", f"{made.lower()}/{_name(each)}", str(at(each, "status").get("phase") or ""))
            yield from _down(made, each, lists)


def _governed(item: Json, kind: str, labels: Json, lists: Mapping[str, list[Json]]) -> Iterator[Row]:
    for scaler in lists.get("horizontalpodautoscalers", []):
        target = at(scaler, "spec", "scaleTargetRef")
        if (target.get("kind"), target.get("name")) == (kind, _name(item)):
            bounds = f"{at(scaler, 'spec').get('minReplicas', 1)} to {at(scaler, 'spec').get('maxReplicas')} pods"
            yield _row("scaled by", f"horizontalpodautoscaler/{_name(scaler)}", bounds)
    for plural, field, relation in (
        ("poddisruptionbudgets", "selector", "protected by"),
        ("networkpolicies", "podSelector", "fenced by"),
    ):
        for each in lists.get(plural, []):
            chosen = at(each, "spec", field)
            everything = plural == "networkpolicies" and not chosen
            if labels and (everything or matches(at(chosen, "matchLabels"), labels)):
                yield _row(relation, f"{plural.removesuffix('s').replace('policie', 'policy')}/{_name(each)}")


def _pod_of(item: Json, kind: str) -> tuple[Json, Json]:
    """Labels and spec of the pod that it is, or that it makes."""
    if kind == "Pod":
        return at(item, "metadata", "labels"), at(item, "spec")
    template = at(item, "spec", "template")
    return at(template, "metadata", "labels"), at(template, "spec")


def _hosts(ingress: Json, service: str) -> Iterator[str]:
    if at(ingress, "spec", "defaultBackend", "service").get("name") == service:
        yield "all other hosts"
    for rule in objects(ingress, "spec", "rules"):
        for path in objects(rule, "http", "paths"):
            if at(path, "backend", "service").get("name") == service:
                yield f"{rule.get('host', '*')}{path.get('path', '/')}"


def _backends(ingress: Json) -> Iterator[Json]:
    if default := at(ingress, "spec", "defaultBackend", "service"):
        yield default
    for rule in objects(ingress, "spec", "rules"):
        for path in objects(rule, "http", "paths"):
            yield at(path, "backend", "service")


def _owner_of(pod: Json) -> str:
    return ", ".join(f"of {kind.lower()}/{name}" for kind, name in owners(pod))


def _name(item: Json) -> str:
    return str(at(item, "metadata").get("name") or "")


def _row(relation: str, other: str, detail: str = "") -> Row:
    return {"RELATION": relation, "OBJECT": other, "DETAIL": detail}


TOOL = ReadTool(
    name="relations",
    title="Show related objects",
    description="Objects related to an object: owners, pods, services and ingresses, mounts, policies.",
    parameters=RelationsParameters,
    run=relations,
)
