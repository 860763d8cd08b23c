"""`chart`: a query as an image, with a table of its series."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from ritsuko_api.envelope import Row
from ritsuko_common.durations import format_duration
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_common.tool import Parameters, ReadTool
from ritsuko_mcp_prometheus.api.series import Series
from ritsuko_mcp_prometheus.backend import PrometheusBackend
from ritsuko_mcp_prometheus.diagnosis.empty_result import explain_empty
from ritsuko_mcp_prometheus.diagnosis.presence import EvaluationTime
from ritsuko_mcp_prometheus.drawing.drawable import has_escapes, is_drawable
from ritsuko_mcp_prometheus.drawing.palette import COLOURS
from ritsuko_mcp_prometheus.evaluation.resolution import resolution_hint
from ritsuko_mcp_prometheus.evaluation.step import choose_step, first_point
from ritsuko_mcp_prometheus.evaluation.window import parse_window, time_range
from ritsuko_mcp_prometheus.presentation.external_urls import grafana_explore, prometheus_graph
from ritsuko_mcp_prometheus.presentation.labels import common_labels, label_cells, label_columns
from ritsuko_mcp_prometheus.presentation.numbers import json_number
from ritsuko_mcp_prometheus.presentation.units import Unit, unit_of_query
from ritsuko_mcp_prometheus.promql.selectors import selector
from ritsuko_mcp_prometheus.statistics.descriptive import statistics
from ritsuko_mcp_prometheus.tools.parameters import Later, Moment, Query

WantedUnit = Literal["auto", "none", "bytes", "bytes/s", "seconds", "percent", "/s"]

_VALUE_COLUMNS = frozenset({"colour", "metric", "min", "median", "max", "last"})
_COLOURS = tuple(COLOURS)


class ChartParameters(Parameters):
    """What `chart` takes."""

    query: Query
    start: Moment = "-1h"
    end: Later = "now"
    unit: Annotated[WantedUnit, Field(description="unit of the axis")] = "auto"


async def chart(parameters: ChartParameters, backend: PrometheusBackend) -> Envelope:
    """A chart of the query from start to end; of more than eight series, those with the highest median."""
    client, now = backend.client, backend.now()
    first, last = parse_window(parameters.start, parameters.end, now=now)
    step = choose_step(first, last)
    answer = await client.query_range(parameters.query, first_point(first, last, step), last, step)
    envelope = Envelope(
        summary="",
        data=[],
        total=0,
        returned=0,
        source=client.source,
        warnings=list(answer.notes),
        time_range=time_range(first, last),
        untrusted=True,
    )
    if not answer.series:
        explanation = await explain_empty(client, parameters.query, EvaluationTime(first, last, step), now=now)
        envelope.summary, envelope.hints = explanation.summary, explanation.hints
        return envelope
    series = sorted(answer.series, key=_rank)
    drawn = series[: len(_COLOURS)]
    shared = common_labels(drawn)
    columns = label_columns(drawn, shared)
    over = f": {format_duration(round(last - first))} up to {format_time(last)}, a point every {format_duration(step)}."
    envelope.summary = f"{' '.join(parameters.query.split())}{over}"
    if shared.keys() - {"__name__"}:
        envelope.hints.append(f"All match {selector(shared)}.")
    if between := resolution_hint(parameters.query, step):
        envelope.hints.append(between)
    if len(series) > len(drawn):
        envelope.warnings.append(f"{len(drawn)} of {len(series):,} series are drawn, those with the highest median")
        envelope.hints.append("Aggregate (sum by (...)) or use topk(8, ...) to choose what is drawn.")
    envelope.warnings += _not_shown(parameters.query, drawn)
    envelope.data = [_row(one, colour, columns) for one, colour in zip(drawn, _COLOURS, strict=False)]
    envelope.total, envelope.returned = len(series), len(drawn)
    envelope.truncated = len(series) > len(drawn)
    envelope.links = [prometheus_graph(backend.external, parameters.query, first, last)]
    if explore := grafana_explore(backend.external, parameters.query, first, last):
        envelope.links.append(explore)
    chosen: Unit = (
        unit_of_query(parameters.query, drawn)
        if parameters.unit == "auto"
        else ""
        if parameters.unit == "none"
        else parameters.unit
    )
    painting = _Painting(drawn, len(columns), len(series) - len(drawn), (first, last, step), chosen, over)
    return envelope.painted_by(painting.paint)


@dataclass(frozen=True, slots=True)
class _Painting:
    """The numbers to draw. `labels`: the number of label columns in the rows; `tail`: the end of the summary."""

    series: Sequence[Series]
    labels: int
    more: int
    times: tuple[float, float, float]
    unit: Unit
    tail: str

    def paint(self, envelope: Envelope) -> bytes:
        """The image. Its texts come from the redacted envelope: query from the summary, labels from the rows."""
        from ritsuko_mcp_prometheus.drawing.picture import Line, draw

        rows = envelope.data if isinstance(envelope.data, list) else []
        lines = [
            Line(_legend(row, self.labels), str(row["colour"]), one.scalar_samples)
            for row, one in zip(rows, self.series, strict=True)
        ]
        return draw(envelope.summary.removesuffix(self.tail), lines, self.more, *self.times, self.unit)


def _not_shown(query: str, drawn: Sequence[Series]) -> list[str]:
    """How the image differs from the table."""
    said: list[str] = []
    shown = [sum(is_drawable(value) for _, value in one.scalar_samples) for one in drawn]
    coloured = list(zip(_COLOURS, drawn, shown, strict=False))
    if absent := [colour for colour, _, count in coloured if not count]:
        said.append(f"not drawn, because all values are NaN, infinite or beyond 1e300: {', '.join(absent)}")
    if holed := [colour for colour, one, count in coloured if 0 < count < len(one.scalar_samples)]:
        said.append(f"values that are NaN, infinite or beyond 1e300 are gaps in: {', '.join(holed)}")
    lies_under = [
        f"{colour} under {above}"
        for place, (colour, one, count) in enumerate(coloured)
        if count
        and (
            above := next(
                (other for other, same, _ in coloured[:place] if same.scalar_samples == one.scalar_samples), ""
            )
        )
    ]
    if lies_under:
        said.append(f"identical lines overlap: {', '.join(lies_under)}")
    if any(map(has_escapes, (query, *(text for one in drawn for text in one.labels.values())))):
        said.append("the image's font has only ASCII characters: others are shown as escapes such as \\u65e5")
    return said


def _legend(row: Row, labels: int) -> str:
    cells = [(name.removeprefix("label:"), str(cell)) for name, cell in list(row.items())[1 : 1 + labels] if cell]
    if not cells:
        return "value"
    if len(cells) == 1:
        return cells[0][1]
    return ", ".join(cell if name == "metric" else f"{name}={cell}" for name, cell in cells)


def _row(series: Series, colour: str, columns: Sequence[str]) -> Row:
    found = statistics(series.scalar_samples)
    row: Row = {"colour": colour, **label_cells(series.labels, columns, _VALUE_COLUMNS)}
    for figure in ("min", "median", "max", "last"):
        row[figure] = json_number(getattr(found, figure)) if found else ""
    return row


def _rank(series: Series) -> tuple[float, list[tuple[str, str]]]:
    """The highest median first, NaN last."""
    found = statistics(series.scalar_samples)
    middle = found.median if found and found.median == found.median else float("-inf")
    return -middle, sorted(series.labels.items())


TOOL = ReadTool(
    name="chart",
    title="Chart metrics",
    description="Chart of a query as a PNG image, at most 8 series.",
    parameters=ChartParameters,
    run=chart,
)
