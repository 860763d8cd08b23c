"""The tool `logs`: the last lines of a pod, or of each pod of a workload."""

from __future__ import annotations

import asyncio
from typing import cast

from ritsuko_mcp_common import Envelope, ToolFailure, suggestion
from ritsuko_mcp_common.times import parse_duration
from ritsuko_mcp_kubernetes.apiserver import Apiserver, Json
from ritsuko_mcp_kubernetes.diagnosis.fields import at, clipped, objects, selector_of
from ritsuko_mcp_kubernetes.discovery import Discovery, Resource
from ritsuko_mcp_kubernetes.failures import ApiserverFailure
from ritsuko_mcp_kubernetes.pages import items
from ritsuko_mcp_kubernetes.tail import tail

_MOST_PODS = 20
_BYTES = 12_000
_SLOTS = 5


async def logs(
    apiserver: Apiserver,
    discovery: Discovery,
    item: Json,
    resource: Resource,
    *,
    container: str,
    lines: int,
    since: str,
    previous: bool,
) -> Envelope:
    """The newest lines of `item`, a pod or what has a selector for pods; each pod's apart, oldest line first."""
    pods_of_all = await discovery.resolve("pods")
    namespace = str(at(item, "metadata").get("namespace"))
    warnings: list[str] = []
    pods = [item]
    if resource.kind != "Pod":
        selector = selector_of(at(item, "spec", "selector"))
        if not selector:
            raise ToolFailure(f"a {resource.singular} has no pods of its own", "Name a pod, a deployment or a job.")
        pods = await items(apiserver, pods_of_all, namespace, {"labelSelector": selector}, most=500, warnings=warnings)
    if len(pods) > _MOST_PODS:
        warnings.append(f"the logs of {_MOST_PODS} of its {len(pods)} pods are shown; to look through all: logs search")
        pods = pods[:_MOST_PODS]
    query = {"previous": "true"} if previous else {}
    if since:
        query["sinceSeconds"] = str(max(1, round(parse_duration(since))))
    slots = asyncio.Semaphore(_SLOTS)

    async def read(pod: Json) -> tuple[str, str]:
        chosen = _container(pod, container)
        name = str(at(pod, "metadata").get("name"))
        path = f"{pods_of_all.path(namespace=namespace, name=name)}/log"
        async with slots:
            try:
                text = await tail(apiserver, path, {**query, "container": chosen}, lines=lines)
            except ApiserverFailure as error:
                if len(pods) == 1:
                    raise
                warnings.append(f"{name}: {error.message}")
                return f"{name} {chosen}", ""
        return f"{name} {chosen}", text.rstrip("\n")

    parts = await asyncio.gather(*map(read, pods))
    return _envelope(parts, lines, previous=previous, warnings=warnings)


def _envelope(parts: list[tuple[str, str]], lines: int, *, previous: bool, warnings: list[str]) -> Envelope:
    room = _BYTES // max(1, sum(bool(text) for _, text in parts))
    shown: list[str] = []
    cut = 0
    for title, text in parts:
        if not text:
            continue
        kept = _newest(text, room)
        cut += len(text.splitlines()) - len(kept)
        shown += [f"--- {title} ---", *kept] if len(parts) > 1 else kept
    which = "the container before" if previous else "now"
    if not shown:
        return Envelope(
            summary=f"{' and '.join(title for title, _ in parts) or 'No pod'}: nothing was logged ({which}).",
            warnings=warnings,
        )
    subject = parts[0][0] if len(parts) == 1 else f"{len(parts)} pods"
    hints = (
        [f"{cut} older lines were left out to fit: ask for fewer lines, or search for what you want."] if cut else []
    )
    return Envelope(
        summary=f"The newest lines of {subject} (at most {lines} each, {which}).",
        data="\n".join(shown),
        truncated=bool(cut),
        warnings=warnings,
        hints=hints,
        untrusted=True,
    )


def _newest(text: str, room: int) -> list[str]:
    """The last lines of `text` that fit into `room` bytes; at least the beginning of the last one: only its beginning
    tells that what follows is a secret."""
    kept: list[str] = []
    for line in reversed(text.splitlines()):
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line)
    return kept[::-1] or [clipped(text.splitlines()[-1], 2_000)]


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
