"""What a search found and what it did not read, as an envelope."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ritsuko_mcp_common import cursor as cursors
from ritsuko_mcp_common.envelope import Envelope, Row, TimeRange
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import format_time

from .hits import Best, Hit, Line, in_order
from .pods import Pods, some
from .question import Place, Question
from .reading import NOT_ALLOWED
from .scan import Progress
from .targets import Selection

_LOOKS_LIKE_REGEX = re.compile(r"\.[*+]|\\[dwsbDWSB]|[)\w]\|[(\w]|^\^|\$$|\[[^\]]+\][*+]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was chosen and how far its reading got, from `since` to `until` (Unix seconds)."""

    namespace: str
    since: float
    until: float
    pods: Pods
    selection: Selection
    progress: Sequence[Progress]

    @property
    def lines(self) -> int:
        return sum(progress.lines for progress in self.progress)

    @property
    def matches(self) -> int:
        return sum(progress.matches for progress in self.progress)

    @property
    def read(self) -> list[Progress]:
        """Those that were read, if only in part."""
        return [progress for progress in self.progress if progress.done or progress.bytes]


def report(question: Question, reading: Reading, best: Best) -> Envelope:
    """The answer. Raises ToolFailure when not one of the containers may be read."""
    progress = reading.progress
    if progress and all(one.problem == NOT_ALLOWED for one in progress):
        raise ToolFailure(
            f"{NOT_ALLOWED} in namespace {reading.namespace}",
            "It takes a role with get on pods/log there (rbac.scope of the RitsukoBot).",
        )
    hits = best.take()
    left = reading.matches - best.passed - len(hits)
    lines, ends = in_order(hits)

    def after(rows: int) -> str | None:
        """The cursor behind the last hit that is whole, neighbours included, within so many rows."""
        whole = bisect_right(ends, rows)
        if not whole or (whole == len(hits) and left <= 0):
            return None
        return cursors.encode(Place.of(hits[whole - 1].key, reading.since), question.fixed)

    envelope = Envelope(
        summary=_summary(question, reading),
        data=[_row(hit, line, matched, context=question.context > 0) for hit, line, matched in lines],
        truncated=left > 0,
        # With context, rows are not all matches.
        total=None if question.context else reading.matches,
        returned=len(lines),
        next_cursor=after(len(lines)),
        warnings=_unread(reading),
        hints=[] if reading.matches else _hints(question, reading),
        source=f"pod logs of namespace {reading.namespace}",
        time_range=TimeRange(start=format_time(reading.since), end=format_time(reading.until)),
        untrusted=True,
    )
    return envelope.resumable(after)


def _row(hit: Hit, line: Line, matched: bool, *, context: bool) -> Row:
    row: Row = {
        "time": format_time(line.nanoseconds / 1e9) if line.nanoseconds else "",
        "pod": hit.key.target.pod,
        "container": hit.key.target.container,
    }
    if context:
        row["match"] = "»" if matched else ""
    row["text"] = line.text
    return row


def _summary(question: Question, reading: Reading) -> str:
    if not reading.pods.items:
        which = f" with labels {question.labels}" if question.labels else ""
        return f"There are no pods{which} in namespace {reading.namespace}."
    since = f"since {format_time(reading.since)}"
    read = reading.read
    if not read:
        return f"Nothing was read of {_pods(len(reading.pods.items))} in namespace {reading.namespace}."
    where = f"{_pods(len({one.target.pod for one in read}))} in namespace {reading.namespace}"
    if not reading.lines:
        return f"{where} wrote nothing {since}."
    return f"Found {_lines(reading.matches)}{question.described} in {_lines(reading.lines)} of {where} {since}."


def _hints(question: Question, reading: Reading) -> list[str]:
    """What to try when nothing was found."""
    hints: list[str] = []
    if reading.lines and question.text and not question.regex and _LOOKS_LIKE_REGEX.search(question.text):
        hints.append("The text was searched for literally: regex=true takes it as a regular expression.")
    if reading.read:
        hints.append("Look further back with since=24h, or into the run before the last restart with previous=true.")
    elif question.previous:
        hints.append("No container has run before: leave previous out.")
    return hints


def _unread(reading: Reading) -> list[str]:
    """What was not read, or not to its end, by reason."""
    by_reason: defaultdict[str, list[str]] = defaultdict(list)
    for progress in reading.progress:
        if progress.problem:
            by_reason[progress.problem].append(str(progress.target))
    for unread in reading.selection.unread:
        by_reason[unread.reason].append(str(unread.target))
    warnings = [f"not read ({reason}): {some(targets)}" for reason, targets in by_reason.items()]
    if reading.pods.beyond:
        warnings.append(f"{reading.pods.beyond} more pods were not looked at: name the pod or its labels")
    return warnings


def _pods(count: int) -> str:
    return f"{count:,} pod" if count == 1 else f"{count:,} pods"


def _lines(count: int) -> str:
    return f"{count:,} line" if count == 1 else f"{count:,} lines"
