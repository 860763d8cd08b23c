"""What several tools take, described once."""

import time
from typing import Annotated

from pydantic import BeforeValidator, Field

Query = Annotated[
    str, Field(description="PromQL", examples=["sum by (job) (rate(http_requests_total[5m]))"], max_length=6000)
]
Match = Annotated[str, Field(description='only of series like up or {job="web"}', max_length=2000)]
Metric = Annotated[str, Field(description="a metric's name", max_length=500, examples=["http_requests_total"])]
Limit = Annotated[int, Field(ge=1, le=1000, description="most rows")]
Cursor = Annotated[str, Field(description="next_cursor of the answer before")]


def _written(value: object) -> object:
    """Models write a timestamp or a number of seconds as the number that it is."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Written = BeforeValidator(_written)
"""For a time or a length, which is a text and may be only digits."""
Moment = Annotated[str, Written, Field(description="now, -1h, 2026-01-31T14:00:00Z or a Unix timestamp")]
Later = Annotated[str, Written, Field(description="as start")]


def this_moment() -> float:
    """Unix time in whole seconds: they read better, and no metric is scraped more often."""
    return float(int(time.time()))
