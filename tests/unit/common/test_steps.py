"""Round steps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_common.steps import round_step


@pytest.mark.parametrize(
    ("span", "most", "step"), [(0, 60, 1), (60, 60, 1), (61, 60, 2), (3600, 60, 60), (86400 * 365, 60, 7 * 86400)]
)
def test_the_step_is_round(span: float, most: int, step: float) -> None:
    assert round_step(span, most) == step


@given(st.floats(1, 40 * 365 * 86400), st.integers(1, 1000))
def test_it_covers_the_span(span: float, most: int) -> None:
    step = round_step(span, most)
    assert step == int(step)
    assert span / step <= most
