"""What changed between two windows: groups of records that are new, rising, falling or gone."""

from dataclasses import dataclass

from ritsuko_mcp_logs.analysis.group_names import GroupNames
from ritsuko_mcp_logs.analysis.scope import Mined
from ritsuko_mcp_logs.analysis.significance import Verdict, verdict
from ritsuko_mcp_logs.mining.miner import Group

SPANS = 24
_ORDER: tuple[Verdict, ...] = ("new", "rising", "steady", "falling", "gone")
_BEFORE, _NOW = 0, 1


@dataclass(frozen=True, slots=True)
class GroupChange:
    """An error and how often it was seen in the window before and in this one."""

    group: Group
    change: Verdict
    before: int
    now: int
    sure: bool
    """Whether that is more than chance."""


def group_changes(mined: Mined) -> list[GroupChange]:
    """Every group of two windows, the new and rising ones first, the frequent before the rare."""
    spans, compared = mined.miner.spans, len(mined.groups)
    (before_since, before_until), (since, until) = spans.windows
    share = (until - since) / (until - since + before_until - before_since)
    judged: list[GroupChange] = []
    for group in mined.groups:
        then, now = group.tally.counts_by_span(spans, _BEFORE), group.tally.counts_by_span(spans, _NOW)
        change = verdict(then, now, share=share, compared=compared)
        sure = change != "steady"
        if not sum(then) or not sum(now):
            # Once is enough to be new; whether that says something is another question.
            change = "gone" if sum(then) else "new"
        judged.append(GroupChange(group, change, sum(then), sum(now), sure))
    return sorted(judged, key=lambda one: (_ORDER.index(one.change), -one.now, one.group.template.words))


def where(group: Group, mined: Mined) -> str:
    """The pods that wrote them: `web-1`, or `web-1 and 3 more`."""
    origins = mined.miner.origins
    found = [origins[number] for number, _ in group.tally.busiest]
    pods = list(dict.fromkeys(origin.within(mined.coverages[0].namespace) for origin in found))
    return pods[0] if len(pods) == 1 else f"{pods[0]} and {len(pods) - 1} more"


def level(group: Group) -> str:
    """What most records state, and how many are errors if some are."""
    count = group.tally.count
    some = f"{group.errors:,} of {count:,} are errors" if 0 < group.errors < count else ""
    return "; ".join(part for part in (group.level, some) if part)


def fingerprint(group: Group, names: GroupNames) -> str:
    """The group's, if it can be asked for by it: only an error can."""
    return names.fingerprint(group) if group.tally.is_error else ""
