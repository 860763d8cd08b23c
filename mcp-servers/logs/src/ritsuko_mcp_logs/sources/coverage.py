"""What a reading covered: how much was read, and what was not."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from ritsuko_mcp_logs.lines.line import Origin
from ritsuko_mcp_logs.phrases import counted, named_namespace, shortlist

NO_RUN_BEFORE = "no previous run"
LOG_IS_GONE = "the node has deleted the container and its log"
"""Why of a container there is nothing to read."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not read, or not to its end, and why."""

    what: str
    reason: str


@dataclass(slots=True)
class Coverage:
    """What a reading covered. It is true at every moment while the reading goes on, also when it is cancelled."""

    namespace: str = ""
    """The namespace that was meant; `*` for all."""
    origin: str = ""
    """Where it comes from, for people: `pod logs of namespace shop`."""
    empty_reason: str = ""
    """Why there was nothing to read at all, as a sentence."""
    matched_pods: int = 0
    """How many pods the query means."""
    retention_note: str = ""
    """What of the logs the source keeps, where it may be less than was asked for, as a sentence."""
    lines: int = 0
    """Lines looked at, by us or by the source."""
    bytes: int = 0
    origins: set[Origin] = field(default_factory=set[Origin])
    """The containers that were read, silent ones too where the source knows of them."""
    gaps: list[Gap] = field(default_factory=list[Gap])

    @property
    def pods(self) -> int:
        """How many pods were read."""
        return len({(origin.namespace, origin.pod) for origin in self.origins})


def unread(coverage: Coverage) -> list[str]:
    """What was not read, or not to its end, by reason."""
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for gap in coverage.gaps:
        by_reason[gap.reason].append(gap.what)
    return [f"not read ({reason}): {shortlist(what)}" for reason, what in by_reason.items()]


def where(coverage: Coverage, pods: int) -> str:
    """`3 pods in namespace shop`."""
    return f"{counted(pods, 'pod')} in {named_namespace(coverage.namespace)}"
