"""Points of a range: the last of them is the end, and what lies between them is spoken of."""

from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_prometheus.evaluation.step import choose_step, first_point


@given(start=st.integers(0, 4_000_000_000), span=st.integers(1, 400_000_000), odd=st.integers(0, 999))
def test_the_last_point_is_the_end_and_none_is_missing(start: int, span: int, odd: int) -> None:
    end = start + span + odd / 1000
    step = choose_step(start, end)
    first = first_point(start, end, step)
    steps = round((end - first) * 1000) / (step * 1000)
    assert steps == int(steps)
    assert 0 <= first - start < step
