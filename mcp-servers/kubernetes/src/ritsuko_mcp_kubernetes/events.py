"""The tool `events`: what happened lately, the same thing told once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, cast

from pydantic import JsonValue

from ritsuko_api.envelope import Row, TimeRange
from ritsuko_common.rfc3339 import parse_rfc3339_if_any
from ritsuko_mcp_common import Envelope
from ritsuko_mcp_common.envelope import Writer
from ritsuko_mcp_common.times import format_time, parse_duration
from ritsuko_mcp_kubernetes.api import field_selectors
from ritsuko_mcp_kubernetes.api.client import Json, KubernetesClient
from ritsuko_mcp_kubernetes.api.discovery import Discovery
from ritsuko_mcp_kubernetes.api.pagination import items
from ritsuko_mcp_kubernetes.objects.description import age, last_seen
from ritsuko_mcp_kubernetes.objects.fields import at, one_line

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


async def events(
    client: KubernetesClient, discovery: Discovery, *, about: str, namespace: str, since: str, of_type: Type, limit: int
) -> Envelope:
    """Events of a namespace (empty: of all), newest first. `about` is a name, or kind/name."""
    kind, _, name = about.rpartition("/")
    fields = {"type": of_type} if of_type != "all" else {}
    if name:
        fields["involvedObject.name"] = name
    if kind:
        fields["involvedObject.kind"] = (await discovery.resolve(kind)).kind
    now = time.time()
    start = max(0.0, now - parse_duration(since))
    warnings: list[str] = []
    found = await items(
        client,
        await discovery.resolve("events"),
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
        hints.append("The API server keeps events for an hour, unless it is set up otherwise.")
    return Envelope(
        summary=summary,
        data=rows[:limit],
        total=len(rows),
        returned=len(rows[:limit]),
        truncated=len(rows) > limit,
        warnings=warnings,
        hints=hints,
        time_range=TimeRange(start=format_time(start), end=format_time(now)),
        untrusted=True,
    ).written_by(in_lines("MESSAGE"))


def in_lines(column: str) -> Writer:
    """Writes rows down with the texts of a column on one line each, after redaction, which needs their lines."""

    def write(data: JsonValue) -> list[Row]:
        return [{**row, column: one_line(str(row[column]))} for row in cast("list[Row]", data)]

    return write


async def complaints_in(
    client: KubernetesClient, discovery: Discovery, namespace: str, *, most: int, warnings: list[str]
) -> list[Json]:
    """The Warning events of a namespace (empty: of all). Raises as `KubernetesClient.get` does."""
    resource = await discovery.resolve("events")
    return await items(client, resource, namespace, {"fieldSelector": "type=Warning"}, most=most, warnings=warnings)


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
