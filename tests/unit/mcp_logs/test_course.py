"""Steps of time and bars."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_logs.course import bars, beginnings, choose_step


@given(st.floats(0, 1e9), st.floats(1, 1e8))
def test_steps_cover_the_time_and_begin_at_multiples(since: float, length: float) -> None:
    step = choose_step(since, since + length, "auto")
    steps = beginnings(since, since + length, step)
    assert len(steps) <= 62
    assert steps[0] <= since
    assert steps[-1] < since + length <= steps[-1] + step + 1e-6
    assert all(moment % step == 0 for moment in steps)


def test_a_step_that_gives_too_many_counts_is_refused() -> None:
    with pytest.raises(ToolFailure, match="more than 1,000"):
        choose_step(0, 86400, "10s")
    assert choose_step(0, 86400, "1h") == 3600


def test_bars() -> None:
    assert bars([0, 1, 50, 100]) == " ▁▄█"
    assert bars([]) == ""
    assert bars([0, 0]) == "  "
