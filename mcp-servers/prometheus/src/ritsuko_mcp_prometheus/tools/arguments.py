"""What several tools take, described once."""

import time
from typing import Annotated

from pydantic import Field

Query = Annotated[
    str, Field(description="PromQL", examples=["sum by (job) (rate(http_requests_total[5m]))"], max_length=6000)
]
Match = Annotated[str, Field(description='only of series like up or {job="web"}', max_length=2000)]
Metric = Annotated[str, Field(description="a metric's name", max_length=500, examples=["http_requests_total"])]
Limit = Annotated[int, Field(ge=1, le=1000, description="most rows")]
Cursor = Annotated[str, Field(description="next_cursor of the answer before")]
MOMENT = "now, -1h, 2026-01-31T14:00:00Z or a Unix timestamp"


def this_moment() -> float:
    """Unix time in whole seconds: they read better, and no metric is scraped more often."""
    return float(int(time.time()))
