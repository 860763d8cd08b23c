"""Whether a selector has samples at the times of a query: at one time, at its points, or between them."""

from dataclasses import dataclass

from ritsuko_common.durations import format_duration
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.evaluation.step import first_point
from ritsuko_mcp_prometheus.promql.syntax import Selector


@dataclass(frozen=True, slots=True)
class EvaluationTime:
    """When a query is evaluated, in Unix seconds: at `end`, or with a step at points from start to end."""

    start: float
    end: float
    step: float = 0.0

    @classmethod
    def at(cls, moment: float) -> "EvaluationTime":
        return cls(moment, moment)

    def __str__(self) -> str:
        """As the end of a sentence."""
        if not self.step:
            return f"at {format_time(self.end)}"
        return f"between {format_time(self.start)} and {format_time(self.end)}"


@dataclass(frozen=True, slots=True)
class Presence:
    """The number of series of a selector, of its metric with any labels, and of the metric between points."""

    selector: Selector
    selected: int
    of_metric: int
    between: int


async def presence(client: PrometheusClient, one: Selector, when: EvaluationTime) -> Presence:
    """The presence of a selector that has no offset or @. Raises ToolFailure."""
    selected = await _seen(client, one.text, one.lookback, when)
    if selected or not one.metric:
        return Presence(one, selected, selected, 0)
    metric = Selector(one.metric, (), one.range, one.path).text
    of_metric = await _seen(client, metric, one.lookback, when) if one.matchers else 0
    if of_metric or not when.step:
        return Presence(one, 0, of_metric, 0)
    return Presence(one, 0, 0, await _count(client, _over(metric, when.end - when.start), when.end))


async def _seen(client: PrometheusClient, selector: str, lookback: float | None, when: EvaluationTime) -> int:
    looked_at = _over(selector, lookback) if lookback else selector
    if not when.step:
        return await _count(client, looked_at, when.end)
    begin = first_point(when.start, when.end, when.step)
    answer = await client.query_range(f"count({looked_at})", begin, when.end, when.step)
    return max((int(value) for one in answer.series for _, value in one.samples), default=0)


async def _count(client: PrometheusClient, selector: str, at: float) -> int:
    answer = await client.query(f"count({selector})", at)
    return int(answer.series[0].samples[0][1]) if answer.series else 0


def _over(selector: str, seconds: float) -> str:
    return f"last_over_time({selector}[{format_duration(seconds)}])"
