"""The last lines of a pod, or of each pod of a workload."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, cast

from pydantic import Field, JsonValue

from ritsuko_mcp_common import Envelope, Parameters, ReadTool, ToolFailure, suggestion
from ritsuko_mcp_common.times import parse_duration
from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.api.failures import ApiServerFailure
from ritsuko_mcp_kubernetes.api.log_tail import tail
from ritsuko_mcp_kubernetes.api.pagination import items
from ritsuko_mcp_kubernetes.lookup.clusters import Clusters
from ritsuko_mcp_kubernetes.objects.fields import at, objects, selector_of
from ritsuko_mcp_kubernetes.objects.quoting import clipped
from ritsuko_mcp_kubernetes.tools.parameters import Context, Namespace

_MOST_PODS = 20
_BYTES = 12_000
_SLOTS = 5
_LINES_ABOVE = 40


class LogsParameters(Parameters):
    """What `logs` takes."""

    name: Annotated[str, Field(description="a pod, or kind/name", examples=["deployment/web"])]
    container: Annotated[str, Field(description="default: the pod's main container")] = ""
    namespace: Namespace = ""
    lines: Annotated[int, Field(ge=1, le=2000, description="of each pod")] = 100
    since: Annotated[str, Field(description="how far back: 10m, 2h")] = ""
    previous: Annotated[bool, Field(description="logs from before the last restart")] = False
    context: Context = ""


async def logs(parameters: LogsParameters, clusters: Clusters) -> Envelope:
    """The newest lines of a pod, or of each pod that a workload selects, oldest line first."""
    cluster = clusters.choose(parameters.context)
    client, lines = cluster.client, parameters.lines
    kind = parameters.name if "/" in parameters.name else f"pod/{parameters.name}"
    item, resource, warnings = await cluster.named(kind, "", parameters.namespace, tool="logs")
    pods_of_all = await cluster.discovery.resolve("pods")
    namespace = str(at(item, "metadata").get("namespace"))
    pods = [item]
    if resource.kind != "Pod":
        selector = selector_of(at(item, "spec", "selector"))
        if not selector:
            raise ToolFailure(f"a {resource.singular} selects no pods", "Name a pod, a deployment or a job.")
        pods = await items(client, pods_of_all, namespace, {"labelSelector": selector}, most=500, warnings=warnings)
    if len(pods) > _MOST_PODS:
        warnings.append(f"the logs of {_MOST_PODS} of its {len(pods)} pods are shown; to search them all: logs search")
        pods = pods[:_MOST_PODS]
    query = {"previous": "true"} if parameters.previous else {}
    if parameters.since:
        query["sinceSeconds"] = str(max(1, round(parse_duration(parameters.since))))
    slots = asyncio.Semaphore(_SLOTS)

    async def read(pod: Json) -> tuple[str, str]:
        chosen = _container(pod, parameters.container)
        name = str(at(pod, "metadata").get("name"))
        path = f"{pods_of_all.path(namespace=namespace, name=name)}/log"
        async with slots:
            try:
                text = await tail(client, path, {**query, "container": chosen}, lines=lines + _LINES_ABOVE)
            except ApiServerFailure as error:
                if len(pods) == 1:
                    raise
                warnings.append(f"{name}: {error.message}")
                return f"{name} {chosen}", ""
        return f"{name} {chosen}", text.rstrip("\n")

    parts = await asyncio.gather(*map(read, pods))
    return cluster.sourced(_envelope(parts, lines, previous=parameters.previous), warnings)


def _envelope(parts: list[tuple[str, str]], lines: int, *, previous: bool) -> Envelope:
    room = _BYTES // max(1, sum(bool(text) for _, text in parts))
    shown = [_Part.of(title, text.splitlines(), lines, room) for title, text in parts if text]
    which = "previous container" if previous else "current container"
    if not shown:
        return Envelope(
            summary=f"{' and '.join(title for title, _ in parts) or 'No pod'}: nothing was logged ({which}).",
        )
    cut = sum(part.cut for part in shown)
    subject = parts[0][0] if len(parts) == 1 else f"{len(parts)} pods"
    hints = [f"{cut} older lines were cut to fit: request fewer lines, or search."] if cut else []
    return Envelope(
        summary=f"The newest lines of {subject} (at most {lines} each, {which}).",
        data={"parts": [{"title": part.title, "lines": part.shown, "text": part.text} for part in shown]},
        truncated=bool(cut),
        hints=hints,
        untrusted=True,
    ).written_by(_write)


@dataclass(frozen=True, slots=True)
class _Part:
    """The newest lines of one container, with some before those that are shown: what follows may be a secret, and only
    the line above it says so."""

    title: str
    text: str
    shown: int
    cut: int

    @staticmethod
    def of(title: str, lines: list[str], most: int, room: int) -> _Part:
        asked = lines[-most:]
        kept = _fitting(asked, room)
        if not kept:
            return _Part(title, clipped(asked[-1], 2_000), 1, len(asked) - 1)
        return _Part(title, "\n".join(lines[-kept - _LINES_ABOVE :]), kept, len(asked) - kept)


def _fitting(lines: list[str], room: int) -> int:
    """How many of the last lines fit into `room` bytes."""
    for count, line in enumerate(reversed(lines)):
        room -= len(line.encode()) + 1
        if room < 0:
            return count
    return len(lines)


def _write(data: JsonValue) -> str:
    """The parts one below the other, after redaction."""
    parts = cast("list[Json]", cast(Json, data)["parts"])
    text_lines: list[str] = []
    for part in parts:
        text_lines += [f"--- {part['title']} ---"] if len(parts) > 1 else []
        text_lines += str(part["text"]).splitlines()[-part["lines"] :]
    return "\n".join(text_lines)


def _container(pod: Json, wanted: str) -> str:
    names = [
        str(container.get("name"))
        for lists in ("containers", "initContainers", "ephemeralContainers")
        for container in objects(pod, "spec", lists)
    ]
    if wanted in names:
        return wanted
    if wanted:
        raise ToolFailure(
            f"pod {at(pod, 'metadata').get('name')} has no container {wanted[:60]!r}",
            suggestion(wanted, names) or f"It has: {', '.join(names)}.",
        )
    chosen = at(pod, "metadata", "annotations").get("kubectl.kubernetes.io/default-container")
    return cast(str, chosen) if chosen in names else names[0]


TOOL = ReadTool(
    name="logs",
    title="Read the newest log lines",
    description="The newest log lines of a pod, or of the pods of a workload.",
    parameters=LogsParameters,
    run=logs,
)
