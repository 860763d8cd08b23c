"""Round steps that divide a time range."""

from __future__ import annotations

_ROUND = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_DAY = 86400.0


def round_step(span: float, most: int) -> float:
    """Seconds: the shortest round step of which at most `most` cover `span` seconds; of whole days beyond one."""
    step = next((float(step) for step in _ROUND if span / step <= most), None)
    return step if step is not None else _DAY * -(-span // (_DAY * most))
