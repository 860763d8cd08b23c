"""Cells cut to a length."""

import pytest

from ritsuko_mcp_prometheus.presentation.cells import middle_cut


@pytest.mark.parametrize("longest", [4, 40, 41])
def test_names_that_differ_at_their_ends_differ_when_they_are_cut(longest: int) -> None:
    pods = [f"checkout-api-gateway-service-7d9c5b8f6c-x2x4{letter}" for letter in "abc"]
    cut = [middle_cut(pod, longest) for pod in pods]
    assert {len(one) for one in cut} == {longest}
    assert len(set(cut)) == 3
    assert middle_cut("short", 40) == "short"
