"""`labels`: label names with their number of values, or the values of one label."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, JsonValue

from ritsuko_api.envelope import Row
from ritsuko_common.redaction.names import is_sensitive_name
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_common.tool import Parameters, ReadTool
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.backend import PrometheusBackend
from ritsuko_mcp_prometheus.catalogue.label_survey import survey
from ritsuko_mcp_prometheus.presentation.cells import flat
from ritsuko_mcp_prometheus.presentation.paging import page, page_start
from ritsuko_mcp_prometheus.promql.selectors import quoted_name
from ritsuko_mcp_prometheus.tools.parameters import Cursor, Limit, Match


class LabelsParameters(Parameters):
    """What `labels` takes."""

    name: Annotated[str, Field(description="label whose values to list; empty: list label names", max_length=500)] = ""
    match: Match = ""
    contains: Annotated[str, Field(max_length=500)] = ""
    limit: Limit = 50
    cursor: Cursor = ""


async def labels(parameters: LabelsParameters, backend: PrometheusBackend) -> Envelope:
    """Label names, or the values of the label `name`; only of series that match and that contain the text."""
    client, now = backend.client, backend.now()
    question: JsonValue = ["labels", parameters.name, parameters.match, parameters.contains]
    place = page_start(parameters.cursor, question, now)
    envelope = Envelope(summary="", source=client.source, untrusted=True)
    if not parameters.name:
        names = [
            one for one in await client.label_names(parameters.match) if parameters.contains.lower() in one.lower()
        ]
        rows = await survey(client, names[place.offset : place.offset + parameters.limit], parameters.match)
        envelope.summary = _counted(names, "label", parameters.match, parameters.contains)
        return page(envelope, names, lambda _: rows, at=place, limit=parameters.limit, question=question).written_by(
            flat()
        )
    every = await client.label_values(parameters.name, parameters.match)
    if every and is_sensitive_name(parameters.name):
        told = _counted(every, f"value of {parameters.name}", parameters.match, "").removesuffix(".")
        envelope.summary = f"{told}, not listed: the label name suggests secrets."
        envelope.data, envelope.returned = [], 0
        return envelope
    values = [value for value in every if parameters.contains.lower() in value.lower()]
    if not values:
        return await _no_values(client, envelope, parameters.name, parameters.match, parameters.contains, every)
    counts = await _series_of_values(client, parameters.name, parameters.match, place.now) if parameters.match else None
    envelope.summary = _counted(values, f"value of {parameters.name}", parameters.match, parameters.contains)
    if counts is not None:
        values.sort(key=lambda value: -counts.get(value, 0))

    column = f"label:{parameters.name}" if parameters.name == "series" else parameters.name

    def rows_of(part: Sequence[str]) -> list[Row]:
        return [{column: value, **({} if counts is None else {"series": counts.get(value, 0)})} for value in part]

    return page(envelope, values, rows_of, at=place, limit=parameters.limit, question=question)


async def _no_values(
    client: PrometheusClient, envelope: Envelope, name: str, match: str, contains: str, others: Sequence[str]
) -> Envelope:
    envelope.data, envelope.total, envelope.returned = [], 0, 0
    if others:
        envelope.summary = f"None of the {len(others):,} values of {name} contains {contains!r}."
        if close := suggestion(contains, others):
            envelope.hints.append(close)
        return envelope
    existing = await client.label_names(match)
    of = f" of {match}" if match else ""
    if match and not existing:
        envelope.summary = f"No series match {match}, so {name} has no values."
        envelope.hints.append("Use search to find metrics by words.")
        return envelope
    envelope.summary = f"There is no label {name}{of}."
    envelope.hints.append(suggestion(name, existing) or f"Existing labels: {', '.join(existing[:20])}.")
    return envelope


async def _series_of_values(client: PrometheusClient, name: str, match: str, at: float) -> dict[str, int] | None:
    """The number of series per value now; None if the query fails."""
    label = quoted_name(name)
    try:
        answer = await client.query(f"count by ({label}) ({match})", at)
    except ToolFailure:
        return None
    return {series.labels.get(name, ""): int(series.samples[0][1]) for series in answer.series if series.samples}


def _counted(found: Sequence[str], what: str, match: str, contains: str) -> str:
    plural = what.replace("value", "values", 1) if what.startswith("value") else f"{what}s"
    of = f" of {match}" if match else ""
    holding = f" that contain {contains!r}" if contains else ""
    return f"{len(found):,} {what if len(found) == 1 else plural}{of}{holding}."


TOOL = ReadTool(
    name="labels",
    title="List labels",
    description="List label names, or the values of one label, with counts.",
    parameters=LabelsParameters,
    run=labels,
)
