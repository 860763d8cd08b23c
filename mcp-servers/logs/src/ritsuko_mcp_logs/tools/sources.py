"""The tool `sources`: what is configured, whether it answers, and how far back it goes."""

import asyncio

from ritsuko_api.envelope import Row
from ritsuko_common.durations import format_duration
from ritsuko_mcp_common import Parameters, ReadTool
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_logs.backend import LogBackend
from ritsuko_mcp_logs.sources.source import Source

_SECONDS = 8.0


class SourcesParameters(Parameters):
    """What `sources` takes: nothing."""


async def sources(parameters: SourcesParameters, backend: LogBackend) -> Envelope:
    """A row for each source, the default first."""
    rows = await asyncio.gather(*(_row(source, backend.clock()) for source in backend.sources.all))
    down = [str(row["source"]) for row in rows if row["state"] != "answers"]
    default = backend.sources.names[0]
    summary = f"{len(rows)} of {len(rows)} sources answer" if not down else f"{', '.join(down)} does not answer"
    return Envelope(
        summary=f"{summary}; {default} is the default.",
        data=list(rows),
        hints=[]
        if len(rows) > 1
        else ["Set VICTORIALOGS_URL, LOKI_URL or OPENSEARCH_URL to add a store that keeps logs longer."],
    )


TOOL = ReadTool(
    name="sources",
    title="List log sources",
    description="Log sources: whether each responds, and how far back it goes.",
    parameters=SourcesParameters,
    run=sources,
)


async def _row(source: Source, now: float) -> Row:
    state, detail, oldest = "answers", "", "as long as the nodes keep them" if source.index is None else "nothing yet"
    try:
        async with asyncio.timeout(_SECONDS):
            detail = await source.check()
            if (moment := await source.oldest()) is not None:
                oldest = f"{format_time(moment)} ({format_duration(round(max(0.0, now - moment), -1))} ago)"
    except ToolFailure as failure:
        if not detail:
            state, oldest = "does not answer", ""
        detail = f"{failure.message} {failure.hint}".strip()
    except TimeoutError:
        if not detail:
            state, detail = "does not answer", f"no response within {_SECONDS:g} s"
        oldest = "" if state != "answers" else "unknown (timed out)"
    return {"source": source.name, "state": state, "detail": detail, "back to": oldest}
