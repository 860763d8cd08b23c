"""What Kubernetes itself said about a namespace in a window of time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote

from pydantic import BaseModel

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_logs.cluster import ApiFailure, Cluster
from ritsuko_mcp_logs.mining.digit_runs import collapsed_digits
from ritsuko_mcp_logs.mining.masking import mask

_PAGE = 500
_MOST_PAGES = 10
_AT_ONCE_SECONDS = 60.0


class _Metadata(BaseModel):
    creationTimestamp: datetime | None = None
    # `continue` is where the next page of a list begins.
    model_config = {"extra": "allow"}


class _About(BaseModel):
    kind: str = ""
    name: str = ""


class _Series(BaseModel):
    count: int = 0
    lastObservedTime: datetime | None = None


class _Event(BaseModel):
    metadata: _Metadata = _Metadata()
    involvedObject: _About = _About()
    type: str = ""
    reason: str = ""
    message: str | None = None
    count: int | None = None
    series: _Series | None = None
    firstTimestamp: datetime | None = None
    lastTimestamp: datetime | None = None
    eventTime: datetime | None = None


class _Events(BaseModel):
    items: list[_Event] = []
    metadata: _Metadata = _Metadata()


@dataclass(frozen=True, slots=True)
class RecurringEvent:
    """Events that say the same of the same object, from the first in the window to the last (Unix seconds)."""

    about: str
    reason: str
    message: str
    warning: bool
    first: float
    last: float
    count: int


async def events(cluster: Cluster, namespace: str, since: float, until: float) -> list[RecurringEvent]:
    """Those of a namespace (`*`: of all) in the window. Raises ToolFailure, also if they may not be listed."""
    where = "" if namespace == "*" else f"/namespaces/{quote(namespace, safe='')}"
    found: dict[tuple[str, str, str], RecurringEvent] = {}
    token = ""
    for _ in range(_MOST_PAGES):
        query = {"limit": str(_PAGE)} | ({"continue": token} if token else {})
        try:
            page = await cluster.get(f"/api/v1{where}/events", _Events, query)
        except ApiFailure as failure:
            if failure.status == 403:
                raise ToolFailure(
                    f"not allowed to list events: {failure.reason}",
                    "The service account needs a role with list on events there.",
                ) from failure
            raise
        for event in page.items:
            _add(found, event, since, until)
        token = str((page.metadata.model_extra or {}).get("continue") or "")
        if not token:
            break
    return list(found.values())


def merge_events(happened: Sequence[RecurringEvent]) -> list[RecurringEvent]:
    """In the order of time, with one for all that say the same of several objects of a kind within a minute: what
    happens to a Deployment happens to each of its pods."""
    open_groups: dict[tuple[str, str, bytes], list[RecurringEvent]] = {}
    groups: list[list[RecurringEvent]] = []
    for one in sorted(happened, key=lambda one: one.first):
        kind, _, name = one.about.partition("/")
        said = one.message.replace(name, "") if name else one.message
        key = kind, one.reason, mask(collapsed_digits(said.encode()))
        group = open_groups.get(key)
        if group is None or one.first - group[-1].first > _AT_ONCE_SECONDS:
            group = open_groups[key] = []
            groups.append(group)
        group.append(one)
    return [_as_one(group) for group in groups]


def _as_one(group: Sequence[RecurringEvent]) -> RecurringEvent:
    first = group[0]
    others = len({one.about for one in group}) - 1
    return replace(
        first,
        about=f"{first.about} and {others} more" if others else first.about,
        last=max(one.last for one in group),
        count=sum(one.count for one in group),
    )


def _add(found: dict[tuple[str, str, str], RecurringEvent], event: _Event, since: float, until: float) -> None:
    last = _seconds(
        (event.series.lastObservedTime if event.series else None)
        or event.lastTimestamp or event.eventTime or event.metadata.creationTimestamp
    )  # fmt: skip
    first = _seconds(event.firstTimestamp or event.eventTime or event.metadata.creationTimestamp) or last
    if last < since or first >= until:
        return
    about = f"{event.involvedObject.kind.lower()}/{event.involvedObject.name}"
    message = " ".join((event.message or "").split())
    count = (event.series.count if event.series else 0) or event.count or 1
    key = about, event.reason, message
    before = found.get(key)
    # What began before the window is reported from the window's beginning.
    first = max(first, since)
    found[key] = RecurringEvent(
        about,
        event.reason,
        message,
        event.type == "Warning",
        min(first, before.first) if before else first,
        max(last, before.last) if before else last,
        count + (before.count if before else 0),
    )


def _seconds(moment: datetime | None) -> float:
    if moment is None:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
