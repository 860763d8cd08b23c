"""Results of queries, decoded from Prometheus' JSON.

https://prometheus.io/docs/prometheus/latest/querying/api/#expression-query-result-formats
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from ritsuko_mcp_prometheus.api.series import Histogram, Labels, Sample, Series

Kind = Literal["vector", "matrix", "scalar", "string"]


@dataclass(frozen=True, slots=True)
class QueryResult:
    """The result of a query. A scalar is one series without labels; a string has no series, only `text`.

    `notes` are Prometheus' warnings and infos about the query.
    """

    kind: Kind
    series: list[Series]
    text: str = ""
    notes: tuple[str, ...] = ()


class ErrorResponse(BaseModel):
    """The body of a response with status `error`."""

    status: Literal["error"]
    errorType: str = ""
    error: str = ""


class _Histogram(BaseModel):
    """A native histogram; each bucket is (which bounds are inclusive, lower bound, upper bound, count)."""

    count: float
    sum: float
    buckets: list[tuple[int, float, float, float]] = []


_HistogramSample = tuple[float, _Histogram]


class _VectorItem(BaseModel):
    metric: Labels
    value: Sample | None = None
    histogram: _HistogramSample | None = None


class _MatrixItem(BaseModel):
    metric: Labels
    values: list[Sample] = []
    histograms: list[_HistogramSample] = []


class _Vector(BaseModel):
    resultType: Literal["vector"]
    result: list[_VectorItem]


class _Matrix(BaseModel):
    resultType: Literal["matrix"]
    result: list[_MatrixItem]


class _Scalar(BaseModel):
    resultType: Literal["scalar"]
    result: Sample


class _String(BaseModel):
    resultType: Literal["string"]
    result: tuple[float, str]


class _Success(BaseModel):
    status: Literal["success"]
    data: Annotated[_Vector | _Matrix | _Scalar | _String, Field(discriminator="resultType")]
    warnings: list[str] = []
    infos: list[str] = []
    # Of VictoriaMetrics: some storage nodes did not respond.
    isPartial: bool = False


_SUCCESS = TypeAdapter(_Success)
_ERROR = TypeAdapter(ErrorResponse)


def decode(body: bytes) -> QueryResult:
    """The response of `/query` or `/query_range`. Raises pydantic's ValidationError for anything else."""
    success = _SUCCESS.validate_json(body)
    partial = ["the result is partial: some storage nodes did not respond"] if success.isPartial else []
    notes = tuple(dict.fromkeys([*partial, *success.warnings, *success.infos]))
    match success.data:
        case _Vector(result=items):
            vector = [
                Series(item.metric, [item.value] if item.value else [], _histograms([item.histogram])) for item in items
            ]
            return QueryResult("vector", vector, notes=notes)
        case _Matrix(result=items):
            matrix = [Series(item.metric, item.values, _histograms(item.histograms)) for item in items]
            return QueryResult("matrix", matrix, notes=notes)
        case _Scalar(result=sample):
            return QueryResult("scalar", [Series({}, [sample])], notes=notes)
        case _String(result=(_, text)):
            return QueryResult("string", [], text, notes)


def decode_error(body: bytes) -> ErrorResponse | None:
    """Prometheus' own error, if the body is one."""
    try:
        return _ERROR.validate_json(body)
    except ValidationError:
        return None


def _histograms(samples: Sequence[_HistogramSample | None]) -> list[Histogram]:
    return [
        Histogram(
            sample[0],
            sample[1].count,
            sample[1].sum,
            min((low for _, low, _, _ in sample[1].buckets), default=math.nan),
            max((high for _, _, high, _ in sample[1].buckets), default=math.nan),
        )
        for sample in samples
        if sample is not None
    ]
