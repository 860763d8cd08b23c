"""How far one series changed at a moment."""

from ritsuko_mcp_prometheus.analysis.changes.candidates import candidates
from ritsuko_mcp_prometheus.analysis.changes.effect import measure_change
from ritsuko_mcp_prometheus.api.series import Sample, Series


def course(values: list[float], shift: float = 0.0) -> list[Sample]:
    return [(60.0 * index - shift, value) for index, value in enumerate(values)]


def test_what_a_rate_still_sees_of_the_past_belongs_to_neither_side() -> None:
    (failures,) = candidates({"failures_total": 1}, {}, 'job="a"', "4m")
    # Four minutes long the rate rises from the old level to the new one, which holds for three minutes.
    series = Series({"job": "a"}, course([1.0] * 30 + [3.0, 5.0, 7.0, 9.0] + [9.0] * 3))
    moment = 29 * 60.0
    moved = measure_change(failures, series, moment, moment + 240)
    assert moved is not None
    assert (moved.before, moved.after) == (1.0, 9.0)
    assert measure_change(failures, series, moment, moment + 360) is None
