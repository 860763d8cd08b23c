"""Signals of metrics that follow no convention, derived from their suffixes, without I/O.

https://prometheus.io/docs/practices/naming/
"""

import re
from collections.abc import Collection, Mapping

from ritsuko_mcp_prometheus.analysis.service.discovery import ServiceMetric
from ritsuko_mcp_prometheus.analysis.service.signals import Signal

_TIMES = {"_seconds": 1.0, "_milliseconds": 0.001, "_ms": 0.001}
_FAILING = re.compile(r"fail|error|reject|timeout|dropped|dead_letter|retr(?:y|ies)")
_WAITING = re.compile(r"queue|lag|depth|backlog|pending|waiting|in_?flight|in_use|active")
_PARTS = re.compile(r"_(?:bucket|sum|count|total)$")
_MOST_TIMED, _MOST_COUNTERS, _MOST_LEVELS = 3, 4, 3
_NAMED = 8


def suffix_signals(found: Mapping[str, ServiceMetric], range_: str) -> list[Signal]:
    """Rate and duration of what is timed, rates of counters with failures first, and levels of queues."""
    signals: list[Signal] = []
    for base, scale in _timed(found):
        count, total, buckets = (found.get(f"{base}_{part}") for part in ("count", "sum", "bucket"))
        if count is None or total is None:
            continue
        rate = f"sum(rate({count.selector()}[{range_}]))"
        signals.append(Signal("rate", base, rate, "/s"))
        if buckets:
            chosen = buckets.selector()
            quantile = f"histogram_quantile(0.95, sum by (le) (rate({chosen}[{range_}])))"
            signals.append(Signal("duration p95", base, quantile, "seconds", scale, buckets=chosen))
        else:
            mean = f"sum(rate({total.selector()}[{range_}])) / {rate}"
            signals.append(Signal("duration mean", base, mean, "seconds", scale))
    counters = sorted((name for name in found if name.endswith("_total")), key=_failing_first)
    for name in counters[:_MOST_COUNTERS]:
        signals.append(Signal("rate", name, f"sum(rate({found[name].selector()}[{range_}]))", "/s"))
    for name in _levels(found)[:_MOST_LEVELS]:
        signals.append(Signal("level", name, f"sum({found[name].selector()})"))
    return signals


def uncovered_metrics(found: Collection[str], signals: Collection[Signal]) -> str:
    """A hint that names the metrics without a signal; empty if there are none."""
    told = {signal.source for signal in signals}
    left = sorted({_PARTS.sub("", name) for name in found} - {_PARTS.sub("", name) for name in told})
    if not left:
        return ""
    more = f" and {len(left) - _NAMED:,} more" if len(left) > _NAMED else ""
    return f"Other metrics: {', '.join(left[:_NAMED])}{more}. Use describe to see what one is."


def _timed(found: Mapping[str, ServiceMetric]) -> list[tuple[str, float]]:
    """Histograms and summaries of durations, with their factor to seconds."""
    bases = sorted(name.removesuffix("_count") for name in found if name.endswith("_count"))
    timed = [(base, scale) for base in bases for ending, scale in _TIMES.items() if base.endswith(ending)]
    return timed[:_MOST_TIMED]


def _levels(found: Mapping[str, ServiceMetric]) -> list[str]:
    return sorted(name for name in found if _WAITING.search(name) and not _PARTS.search(name))


def _failing_first(name: str) -> tuple[bool, str]:
    return not _FAILING.search(name), name
