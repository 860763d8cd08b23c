"""A list of objects: one page as kubectl prints it, or as YAML or JSON."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ritsuko_api.envelope import Row
from ritsuko_mcp_common import Envelope, ToolFailure, cursor, notation
from ritsuko_mcp_kubernetes.api import table
from ritsuko_mcp_kubernetes.api.client import Json, KubernetesClient
from ritsuko_mcp_kubernetes.api.discovery import Resource
from ritsuko_mcp_kubernetes.listing import pod_states
from ritsuko_mcp_kubernetes.listing.sorting import Order

Output = Literal["table", "wide", "yaml", "json"]

_PAGE = 500
_MOST_SORTED = 10_000
_MOST_WHOLE = 100  # more never fit an answer, and eight callers at once would take the server's memory


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """What to list. An empty `namespace` means all of them, or a kind that has none."""

    resource: Resource
    namespace: str
    labels: str
    fields: str
    sort: str
    limit: int
    output: Output

    @property
    def where(self) -> str:
        if not self.resource.namespaced:
            return "in the cluster"
        return f"in namespace {self.namespace}" if self.namespace else "in any namespace"

    @property
    def selection(self) -> str:
        chosen = [f"labels {self.labels}"] if self.labels else []
        chosen += [f"fields {self.fields}"] if self.fields else []
        return " with " + " and ".join(chosen) if chosen else ""

    @property
    def of_pods(self) -> bool:
        return self.resource.plural == "pods" and not self.resource.group

    @property
    def order(self) -> Order:
        return Order.of(self.sort)

    def fingerprint(self) -> JsonValue:
        """What must stay the same from one page to the next."""
        return [self.resource.path(namespace=self.namespace), self.labels, self.fields, self.sort, self.limit]

    def query(self, *, limit: int) -> dict[str, str]:
        return {"labelSelector": self.labels, "fieldSelector": self.fields, "limit": str(limit)}


class ListPosition(BaseModel):
    """Where to go on: `skip` rows into the page of the API server that `page` opens; sorted, into the whole list."""

    model_config = ConfigDict(extra="forbid", strict=True)

    page: str = Field(default="", max_length=6_000)
    skip: int = Field(default=0, ge=0, le=1_000_000)
    before: int = Field(default=0, ge=0, le=100_000_000)
    version: str = Field(default="", max_length=40, pattern=r"^\d*$")


@dataclass(frozen=True, slots=True)
class Page:
    """Items as they came, what to ask for after them, how many are known to be left, and the list's version."""

    body: Json
    next_page: str
    remaining: int | None
    version: str

    @classmethod
    def of(cls, body: Json) -> Page:
        metadata = cast(Json, body.get("metadata") or {})
        next_page = str(metadata.get("continue") or "")
        remaining = metadata.get("remainingItemCount")
        return cls(body, next_page, remaining if next_page else 0, str(metadata.get("resourceVersion") or ""))


async def answer(client: KubernetesClient, request: ListRequest, cursor_text: str) -> Envelope:
    """One page of the list."""
    if request.output in ("yaml", "json"):
        request = replace(request, limit=min(request.limit, _MOST_WHOLE))
    position = cursor.decode(cursor_text, ListPosition, request.fingerprint()) if cursor_text else ListPosition()
    if request.sort:
        return await _sorted(client, request, position)
    if request.of_pods and request.output in ("table", "wide"):
        return await _by_health(client, request, position)
    page = await _page(client, request, position, limit=request.limit)
    rows = _rows(page.body, request)[position.skip :]
    before = position.before + position.skip
    total = None if page.remaining is None else before + len(rows) + page.remaining

    def after(count: int) -> str | None:
        """The cursor that goes on after `count` of these rows: in the middle of this page, or with the next."""
        if count < len(rows):
            # The first page has no token of its own: its version makes it come out the same again.
            version = position.version or ("" if position.page else page.version)
            place = position.model_copy(update={"skip": position.skip + count, "version": version})
        elif page.next_page:
            place = ListPosition(page=page.next_page, before=before + len(rows))
        else:
            return None
        return cursor.encode(place, request.fingerprint())

    return _envelope(request, rows, total=total, more=bool(page.next_page)).resumable(after)


async def _sorted(client: KubernetesClient, request: ListRequest, position: ListPosition) -> Envelope:
    if request.output in ("yaml", "json"):
        raise ToolFailure("only tables can be sorted", "Omit sort or output.")
    order, kind = request.order, request.resource.kind
    valued: list[tuple[JsonValue, Row]] = []
    async with aclosing(_pages(client, request)) as pages:
        async for lines in pages:
            if len(valued) >= _MOST_SORTED:
                raise ToolFailure(
                    f"there are more than {_MOST_SORTED:,} {request.resource.plural}: too many to sort",
                    "Narrow it with a namespace, labels or fields, or omit sort.",
                )
            # Not the lines: the objects behind them may be ten kilobytes each.
            valued += [(order.value(line, kind), line.row) for line in lines]
    return _part(request, order.sorted(valued), position)


async def _by_health(client: KubernetesClient, request: ListRequest, position: ListPosition) -> Envelope:
    """All pods counted by their state; where they do not fit, the worst first."""
    rows: list[Row] = []
    more = False
    async with aclosing(_pages(client, request)) as pages:
        async for lines in pages:
            if more := len(rows) >= _MOST_SORTED:
                break
            rows += [line.row for line in lines]
    envelope = _part(request, pod_states.worst_first(rows) if len(rows) > request.limit else rows, position)
    if len(rows) > 1:
        envelope.summary += f": {pod_states.counted(rows)}"
        envelope.summary += "; the worst first" if len(rows) > request.limit else ""
    if more:
        envelope.warnings.append(f"only the first {len(rows):,} pods were counted: query a single namespace")
    return envelope


async def _pages(client: KubernetesClient, request: ListRequest) -> AsyncGenerator[list[table.Line]]:
    """The lines of the whole list, page by page."""
    place = ListPosition()
    while True:
        page = await _page(client, request, place, limit=_PAGE)
        yield _lines(page.body, request)
        if not page.next_page:
            return
        place = ListPosition(page=page.next_page)


def _part(request: ListRequest, in_order: list[Row], position: ListPosition) -> Envelope:
    """The rows from a position on, as many as were asked for."""
    rows = in_order[position.skip : position.skip + request.limit]

    def after(count: int) -> str | None:
        skip = position.skip + count
        return cursor.encode(ListPosition(skip=skip), request.fingerprint()) if skip < len(in_order) else None

    more = position.skip + len(rows) < len(in_order)
    return _envelope(request, rows, total=len(in_order), more=more).resumable(after)


async def _page(client: KubernetesClient, request: ListRequest, position: ListPosition, *, limit: int) -> Page:
    query = {**request.query(limit=limit), "continue": position.page}
    if position.version and not position.page:
        query |= {"resourceVersion": position.version, "resourceVersionMatch": "Exact"}
    accept = "application/json"
    if request.output in ("table", "wide"):
        accept = table.ACCEPT
        query["includeObject"] = "Object" if request.order.needs_object else "Metadata"
    return Page.of(await client.get(request.resource.path(namespace=request.namespace), query, accept=accept))


def _lines(body: Json, request: ListRequest) -> list[table.Line]:
    with_namespace = request.resource.namespaced and not request.namespace
    return table.lines(body, wide=request.output == "wide", with_namespace=with_namespace)


def _rows(body: Json, request: ListRequest) -> list[Row]:
    if request.output in ("table", "wide"):
        return [line.row for line in _lines(body, request)]
    items = cast("list[Json]", body.get("items") or [])
    return [whole(item, request.resource) for item in items]


def whole(item: Json, resource: Resource) -> Row:
    """An object as people want to read it: with its kind, which items of lists lack, and without managedFields."""
    metadata = {key: value for key, value in item.get("metadata", {}).items() if key != "managedFields"}
    return {"apiVersion": resource.api_version, "kind": resource.kind, **item, "metadata": metadata}


def written(envelope: Envelope, output: Output) -> Envelope:
    match output:
        case "yaml":
            return envelope.written_by(notation.to_yaml)
        case "json":
            return envelope.written_by(notation.to_json)
        case _:
            return envelope


def _envelope(request: ListRequest, rows: list[Row], *, total: int | None, more: bool) -> Envelope:
    count = f"{len(rows)} of {total}" if total is not None and total > len(rows) else str(len(rows))
    noun = request.resource.singular if count == "1" else request.resource.plural
    envelope = Envelope(
        summary=f"{count} {noun} {request.where}{request.selection}",
        data=rows,
        truncated=more,
        total=total,
        returned=len(rows),
        untrusted=True,
    )
    return written(envelope, request.output)
