"""Parameters that several tools share."""

from typing import Annotated

from pydantic import BeforeValidator, Field

Query = Annotated[
    str, Field(description="PromQL", examples=["sum by (job) (rate(http_requests_total[5m]))"], max_length=6000)
]
Match = Annotated[str, Field(description='only series that match, such as up or {job="web"}', max_length=2000)]
Metric = Annotated[str, Field(description="metric name", max_length=500, examples=["http_requests_total"])]
Limit = Annotated[int, Field(ge=1, le=1000, description="maximum number of rows")]
Cursor = Annotated[str, Field(description="next_cursor of the previous result")]


def _written(value: object) -> object:
    """Models pass a timestamp or a number of seconds as a number."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Written = BeforeValidator(_written)
"""For a time or duration: a text that may consist of digits only."""
Moment = Annotated[str, Written, Field(description="now, -1h, 2026-01-31T14:00:00Z or a Unix timestamp")]
Later = Annotated[str, Written, Field(description="same formats as start")]
Part = Annotated[str, Field(description="text in name or labels, or label=value", max_length=500)]
Rows = Annotated[int, Field(ge=1, le=200, description="maximum number of rows")]
Name = Annotated[str, Field(max_length=253)]
