"""Whose logs a question is about, and the reading of a window of them into groups."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ritsuko_mcp_logs.diagnosis.missing_names import explain_empty
from ritsuko_mcp_logs.lines.line import Batch
from ritsuko_mcp_logs.mining.causes import with_causes
from ritsuko_mcp_logs.mining.miner import Group, Miner
from ritsuko_mcp_logs.mining.occurrences import Spans
from ritsuko_mcp_logs.phrases import counted
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.sources.coverage import LOG_IS_GONE, NO_RUN_BEFORE, Coverage, unread, where
from ritsuko_mcp_logs.sources.source import Source

_NOT_THERE = (NO_RUN_BEFORE, LOG_IS_GONE, "previous terminated container ")
_LEAST_SECONDS = 1.0
_READING_SHARE = 0.8
"""Of the time that a call has for reading; the rest is for grouping what was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The pods that are meant, in one source."""

    source: Source
    seconds: float
    namespace: str = ""
    pod: str = ""
    labels: str = ""
    asked: str = ""
    """What of it the caller wrote, to be written again: `namespace=shop pod=web`."""

    def query(self, since: float, until: float) -> Query:
        """What to read of that time (Unix seconds), oldest first."""
        return Query(
            since=since, until=until, namespace=self.namespace, pod=self.pod, labels=self.labels, order="oldest"
        )


@dataclass(slots=True)
class Mined:
    """The groups of one reading, and what it covered."""

    miner: Miner
    groups: list[Group] = field(default_factory=list[Group])
    coverages: list[Coverage] = field(default_factory=list[Coverage])
    lines: int = 0

    def feed(self, batch: Batch) -> None:
        """Count the next lines."""
        self.miner.feed(with_causes(batch))
        self.lines += batch.count

    @property
    def warnings(self) -> list[str]:
        """What was not read or not grouped."""
        told = list(dict.fromkeys(line for coverage in self.coverages for line in unread(coverage)))
        if self.miner.ungrouped:
            told.append(f"{self.miner.ungrouped:,} records were not grouped: too many different messages")
        elif self.miner.settled:
            told.append("more than 20,000 different messages: groups may depend on the order of reading")
        return told

    @property
    def read(self) -> str:
        """`1,234 lines of 3 pods in namespace shop`."""
        pods = {(origin.namespace, origin.pod) for coverage in self.coverages for origin in coverage.origins}
        return f"{counted(self.lines, 'line')} of {where(self.coverages[0], len(pods))}"

    @property
    def empty_reason(self) -> str:
        """Why there was nothing to read at all, if there was not."""
        return self.coverages[0].empty_reason

    @property
    def source(self) -> str:
        """Where it comes from."""
        return self.coverages[0].origin


async def mine(scope: Scope, spans: Spans, *, until: float, everything: bool = False) -> Mined:
    """The groups in all windows of `spans`; `until` (Unix seconds) is where the last window is read to.

    Of containers that restarted the run before is read too: what ended it is in there.
    """
    mined = Mined(Miner(spans, everything=everything))
    windows = [(since, end) for since, end in spans.windows[:-1]] + [(spans.windows[-1][0], until)]
    adjoining = all(end == since for (_, end), (since, _) in pairwise(windows))
    if adjoining:
        windows = [(windows[0][0], until)]
    queries = [query for since, end in windows for query in runs(scope.source, scope.query(since, end))]
    clock = asyncio.get_running_loop().time
    deadline = clock() + scope.seconds * _READING_SHARE
    for number, query in enumerate(queries):
        coverage = Coverage()
        mined.coverages.append(coverage)
        seconds = max((deadline - clock()) / (len(queries) - number), _LEAST_SECONDS)
        async with aclosing(scope.source.read(replace(query, seconds=seconds), coverage)) as batches:
            async for batch in batches:
                # In a thread: a call that reads much must not hold up the others.
                await asyncio.to_thread(mined.feed, batch)
        forget_missing_runs(query, coverage)
    if not mined.lines:
        await explain_empty(scope.source, replace(queries[-1], since=queries[0].since), mined.coverages[0])
    mined.groups = await asyncio.to_thread(mined.miner.groups)
    return mined


def runs(source: Source, query: Query) -> list[Query]:
    """The query for the run of each container before its last restart, and for this one, in the order of time.

    A log store does not tell runs apart.
    """
    return [replace(query, previous=True), query] if source.index is None else [query]


def forget_missing_runs(query: Query, coverage: Coverage) -> None:
    """That a container has no run before, or that its log is gone by now, is nothing that was left out."""
    if query.previous:
        coverage.gaps = [gap for gap in coverage.gaps if not gap.reason.startswith(_NOT_THERE)]
