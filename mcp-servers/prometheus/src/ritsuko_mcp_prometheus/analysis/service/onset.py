"""The onset of a change since a day ago."""

import math
from collections.abc import Sequence

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_prometheus.analysis.service.readings import Reading
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.api.series import Sample

_DAY_SECONDS = 86400.0
_STEP_SECONDS = 300.0


async def onset(client: PrometheusClient, one: Reading, at: float, span: float) -> float | None:
    """The Unix time, accurate to some minutes; None if it can't be determined.

    A signal covers `span` seconds: halfway between both levels it covers as much of one as of the other.
    """
    if one.value is None or one.day_ago is None:
        return None
    try:
        answer = await client.query_range(one.signal.query, at - _DAY_SECONDS, at, _STEP_SECONDS)
    except ToolFailure:
        return None
    course = answer.series[0].samples if answer.series else []
    crossed = crossing(course, one.day_ago / one.signal.scale, one.value / one.signal.scale, _STEP_SECONDS)
    return None if crossed is None else round((crossed - span / 2) / 60) * 60.0


def crossing(course: Sequence[Sample], former: float, current: float, step: float) -> float | None:
    """When the samples last crossed to the side of the current level and stayed there.

    None if they were never on the other side, or if samples are missing in between.
    """
    middle = (former + current) / 2
    later: float | None = None
    for time, value in reversed(course):
        if math.isnan(value):
            return None
        here = (value > middle) == (current > middle)
        if later is not None and later - time > step * 1.5:
            return None
        if not here:
            return later
        later = time
    return None
