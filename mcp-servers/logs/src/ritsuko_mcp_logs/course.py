"""Counts over time: steps of a round length, and how a row of them looks."""

from collections.abc import Sequence

from ritsuko_common.durations import format_duration
from ritsuko_common.steps import round_step
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import parse_duration

_AUTO_STEPS = 60
_MOST_STEPS = 1_000
_BARS = "▁▂▃▄▅▆▇█"


def choose_step(since: float, until: float, wanted: str) -> float:
    """Seconds: what was asked for, or, for `auto`, a round number that gives about 60 steps. Raises ToolFailure."""
    span = until - since
    if wanted.strip().lower() == "auto":
        return round_step(span, _AUTO_STEPS)
    step = parse_duration(wanted)
    if step < 1:
        raise ToolFailure("the step must be at least 1s", "Leave it out, or write it like 30s, 5m or 1h.")
    if span / step > _MOST_STEPS:
        raise ToolFailure(
            f"a step of {format_duration(step)} gives more than {_MOST_STEPS:,} counts",
            "Leave it out, or make it longer.",
        )
    return step


def beginnings(since: float, until: float, step: float) -> list[float]:
    """Where the steps begin that cover the time, each at a multiple of the step."""
    first = since // step * step
    return [first + index * step for index in range(int(-(-(until - first) // step)))]


def bars(counts: Sequence[int]) -> str:
    """A bar a count, against the highest; a blank for nothing."""
    highest = max(counts, default=0)
    return "".join(_BARS[(count * len(_BARS) - 1) // highest] if count else " " for count in counts)
