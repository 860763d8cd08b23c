"""Recent events, identical ones grouped."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import Field

from ritsuko_api.envelope import Row, TimeRange
from ritsuko_common.rfc3339 import parse_rfc3339_if_any
from ritsuko_mcp_common import Envelope, Parameters, ReadTool
from ritsuko_mcp_common.times import format_time, parse_duration
from ritsuko_mcp_kubernetes.api import field_selectors
from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.api.pagination import items
from ritsuko_mcp_kubernetes.lookup.clusters import Clusters
from ritsuko_mcp_kubernetes.objects.ages import age
from ritsuko_mcp_kubernetes.objects.events import last_seen
from ritsuko_mcp_kubernetes.objects.fields import at
from ritsuko_mcp_kubernetes.objects.quoting import one_line_column
from ritsuko_mcp_kubernetes.tools.parameters import Context, Limit, Namespace

Type = Literal["all", "Warning", "Normal"]

_MOST = 10_000


@dataclass(frozen=True, slots=True)
class _Same:
    """Events that say the same of the same object."""

    namespace: str
    object: str
    type: str
    reason: str
    message: str


class EventsParameters(Parameters):
    """What `events` takes."""

    about: Annotated[str, Field(description="an object's name, or kind/name; empty: all")] = ""
    namespace: Namespace = ""
    since: Annotated[str, Field(description="how far back: 30m, 2h")] = "1h"
    type: Type = "all"
    all_namespaces: bool = False
    limit: Limit = 50
    context: Context = ""


async def events(parameters: EventsParameters, clusters: Clusters) -> Envelope:
    """Events of a namespace or of all, newest first."""
    cluster = clusters.choose(parameters.context)
    about, since, of_type, limit = parameters.about, parameters.since, parameters.type, parameters.limit
    namespace = await cluster.namespace(parameters.namespace, all_namespaces=parameters.all_namespaces)
    kind, _, name = about.rpartition("/")
    fields = {"type": of_type} if of_type != "all" else {}
    if name:
        fields["involvedObject.name"] = name
    if kind:
        fields["involvedObject.kind"] = (await cluster.discovery.resolve(kind)).kind
    now = time.time()
    start = max(0.0, now - parse_duration(since))
    warnings: list[str] = []
    found = await items(
        cluster.client,
        await cluster.discovery.resolve("events"),
        namespace,
        {"fieldSelector": field_selectors.equals(fields)},
        most=_MOST,
        warnings=warnings,
    )
    rows = _rows([event for event in found if _seconds(event) >= start], with_namespace=not namespace)
    where = f"in namespace {namespace}" if namespace else "in the cluster"
    of = f" about {about}" if about else ""
    kinds = "" if of_type == "all" else f" of type {of_type}"
    summary = f"{len(rows)} different events{kinds}{of} {where} in the last {since}, newest first."
    hints: list[str] = []
    if not rows:
        older = f"; {len(found)} are older" if found else ""
        summary = f"No events{kinds}{of} {where} in the last {since}{older}."
        hints.append("By default the API server keeps events for one hour.")
    envelope = Envelope(
        summary=summary,
        data=rows[:limit],
        total=len(rows),
        returned=len(rows[:limit]),
        truncated=len(rows) > limit,
        hints=hints,
        time_range=TimeRange(start=format_time(start), end=format_time(now)),
        untrusted=True,
    ).written_by(one_line_column("MESSAGE"))
    return cluster.sourced(envelope, warnings)


def _rows(found: list[Json], *, with_namespace: bool) -> list[Row]:
    newest: dict[_Same, Json] = {}
    counts: dict[_Same, int] = {}
    for event in sorted(found, key=_seconds, reverse=True):
        same = _same(event)
        newest.setdefault(same, event)
        counts[same] = counts.get(same, 0) + _count(event)
    now = datetime.now(UTC)
    return [
        {
            "LAST SEEN": age(last_seen(event), now),
            **({"NAMESPACE": same.namespace} if with_namespace else {}),
            "TYPE": same.type,
            "REASON": same.reason,
            "OBJECT": same.object,
            "COUNT": counts[same],
            "MESSAGE": same.message,
        }
        for same, event in newest.items()
    ]


def _same(event: Json) -> _Same:
    of = at(event, "involvedObject") or at(event, "regarding")
    return _Same(
        namespace=str(at(event, "metadata").get("namespace") or ""),
        object=f"{str(of.get('kind')).lower()}/{of.get('name')}",
        type=str(event.get("type") or ""),
        reason=str(event.get("reason") or ""),
        message=str(event.get("message") or event.get("note") or "").strip(),
    )


def _count(event: Json) -> int:
    count = at(event, "series").get("count") or event.get("count") or 1
    return count if isinstance(count, int) else 1


def _seconds(event: Json) -> float:
    moment = parse_rfc3339_if_any(last_seen(event))
    return moment.timestamp() if moment else 0.0


TOOL = ReadTool(
    name="events",
    title="List events",
    description="Recent events, newest first; identical ones are grouped with their count.",
    parameters=EventsParameters,
    run=events,
)
