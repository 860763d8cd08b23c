"""The tool `errors`: what goes wrong, each error once, what is new first."""

import asyncio
from dataclasses import dataclass

from ritsuko_mcp_common.envelope import Envelope, Row, TimeRange
from ritsuko_mcp_common.times import format_duration, format_time

from ..mining.miner import Group
from ..mining.tally import Spans
from ..prose import counted
from ..question import window
from .naming import Names
from .noise import Verdict, verdict
from .scope import Mined, Scope, mine

SPANS = 24
_ORDER: tuple[Verdict, ...] = ("new", "rising", "steady", "falling", "gone")
_BEFORE, _NOW = 0, 1


@dataclass(frozen=True, slots=True)
class Judged:
    """An error and how often it was seen in the window before and in this one."""

    group: Group
    change: Verdict
    before: int
    now: int
    sure: bool
    """Whether that is more than chance."""


def judge(mined: Mined) -> list[Judged]:
    """Every group of two windows, the new and rising ones first, the frequent before the rare."""
    spans, compared = mined.miner.spans, len(mined.groups)
    (before_since, before_until), (since, until) = spans.windows
    share = (until - since) / (until - since + before_until - before_since)
    judged: list[Judged] = []
    for group in mined.groups:
        then, now = group.tally.course(spans, _BEFORE), group.tally.course(spans, _NOW)
        change = verdict(then, now, share=share, compared=compared)
        sure = change != "steady"
        if not sum(then) or not sum(now):
            # Once is enough to be new; whether that says something is another question.
            change = "gone" if sum(then) else "new"
        judged.append(Judged(group, change, sum(then), sum(now), sure))
    return sorted(judged, key=lambda one: (_ORDER.index(one.change), -one.now, one.group.template.words))


async def errors(scope: Scope, *, since: str, limit: int, now: float) -> Envelope:
    """The errors from `since` until now, compared with as long a time before."""
    begin, end = window(since, "now", now)
    length = now - begin
    mined = await mine(scope, Spans(((begin - length, begin), (begin, now)), SPANS), until=end)
    everything = judge(mined)
    judged = [one for one in everything if one.now]
    gone = len(everything) - len(judged)
    names = Names()
    rows = await asyncio.to_thread(lambda: [_row(one, mined, names) for one in judged[:limit]])
    warnings = mined.warnings
    if judged and not _reaches_back(mined, begin, length):
        warnings.append(
            f"there are no logs from before {format_time(mined.miner.begin or begin)}: what is new may be older"
        )
    return Envelope(
        summary=_summary(judged, mined, gone, begin, length),
        data=rows,
        total=len(judged),
        returned=len(rows),
        truncated=len(judged) > len(rows),
        warnings=warnings,
        hints=[f"error {rows[0]['fingerprint']} shows the first of them with examples."] if rows else [],
        source=mined.source,
        time_range=TimeRange(start=format_time(begin), end=format_time(now)),
        untrusted=True,
    )


def where(group: Group, mined: Mined) -> str:
    """The pods that wrote them: `web-1`, or `web-1 and 3 more`."""
    origins = mined.miner.origins
    found = [origins[number] for number, _ in group.tally.busiest]
    pods = list(dict.fromkeys(origin.pod or str(origin) for origin in found))
    return pods[0] if len(pods) == 1 else f"{pods[0]} and {len(pods) - 1} more"


def _row(one: Judged, mined: Mined, names: Names) -> Row:
    tally = one.group.tally
    return {
        "fingerprint": names.fingerprint(one.group),
        "change": "" if one.change == "steady" else one.change,
        "count": one.now,
        "before": one.before,
        "pods": where(one.group, mined),
        "first": format_time(tally.first_second),
        "last": format_time(tally.last_second),
        "error": names.template(one.group),
    }


def _summary(judged: list[Judged], mined: Mined, gone: int, begin: float, length: float) -> str:
    if mined.empty:
        return mined.empty
    span = format_duration(round(length))
    if not judged:
        silent = f"; {counted(gone, 'error')} of the {span} before did not come again" if gone else ""
        return f"No errors in {mined.read} since {format_time(begin)}{silent}."
    changes = [
        f"{count} {change}"
        for change in ("new", "rising", "falling")
        if (count := sum(one.change == change for one in judged))
    ]
    told = f" ({', '.join(changes)})" if changes else ""
    records = counted(sum(one.now for one in judged), "record")
    return (
        f"{counted(len(judged), 'different error')}{told} in {records} since {format_time(begin)}; "
        f"read were {mined.read}, of {span} and of the {span} before."
    )


def _reaches_back(mined: Mined, begin: float, length: float) -> bool:
    """Whether there are logs of most of the window before, so that "new" means something."""
    return mined.miner.begin is not None and mined.miner.begin < begin - length / 2
