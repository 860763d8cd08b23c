"""Signals that can be queried from a service's metrics, without I/O."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ritsuko_mcp_prometheus.analysis.service.conventions import CONVENTIONS, Convention, prefixed
from ritsuko_mcp_prometheus.analysis.service.discovery import ServiceMetric
from ritsuko_mcp_prometheus.analysis.service.saturation import USAGES, Usage
from ritsuko_mcp_prometheus.promql.selectors import quoted

_QUANTILES = (0.5, 0.95, 0.99)
_PLACEHOLDER = re.compile(r"\{([a-z_]+)(?:\|([^}]*))?\}")
_OF_A_SUMMARY = "the highest of its series: quantiles of a summary can't be aggregated"


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal to query, or without a query the reason in `note`.

    A quantile of a classic histogram names its `buckets`, whose highest bound limits it.
    """

    name: str
    source: str
    query: str = ""
    unit: str = ""
    scale: float = 1.0
    note: str = ""
    buckets: str = ""


def request_signals(found: Mapping[str, ServiceMetric], range_: str) -> list[Signal]:
    """Rate, errors and duration for each convention that the metrics follow."""
    signals: list[Signal] = []
    used: set[str] = set()
    for convention in (*CONVENTIONS, *prefixed(found)):
        counter = _counter(convention, found)
        if counter and convention.name not in used and (convention.only is None or convention.only in counter.outcomes):
            used.add(convention.name)
            signals += _of_convention(convention, counter, found, range_)
    return signals


def saturation_signals(found: Mapping[str, ServiceMetric], range_: str) -> list[Signal]:
    """Resource usage and limits; one signal that says so if there are no such metrics."""
    signals: list[Signal] = []
    for usage in USAGES:
        missing = [metric for metric in usage.metrics if metric not in found]
        if not missing:
            signals.append(Signal(usage.name, usage.source, _filled(usage, found, range_), usage.unit))
        elif len(missing) < len(usage.metrics):
            signals.append(Signal(usage.name, usage.source, note=f"not found: {', '.join(missing)}"))
    if not any(signal.query for signal in signals):
        reason = "no cAdvisor, kube-state-metrics or process metrics have this name"
        return [Signal("saturation", "", note=reason)]
    return signals


def _counter(convention: Convention, found: Mapping[str, ServiceMetric]) -> ServiceMetric | None:
    """The counter of requests; a native histogram has no separate series for it."""
    if counted := found.get(convention.counter):
        return counted
    return None if convention.requests else _native(convention, found)


def _native(convention: Convention, found: Mapping[str, ServiceMetric]) -> ServiceMetric | None:
    bare = found.get(convention.durations)
    return None if bare is None or _quantiles(bare) else bare


def _quantiles(bare: ServiceMetric) -> list[str]:
    """The quantiles of a summary, as written in its label."""
    return sorted({text for label, text in bare.outcomes if label == "quantile"}, key=_number)


def _number(quantile: str) -> float:
    try:
        return float(quantile)
    except ValueError:
        return 0.0


def _of_convention(
    convention: Convention, counter: ServiceMetric, found: Mapping[str, ServiceMetric], range_: str
) -> list[Signal]:
    only = _only(convention)

    def rate(*more: str) -> str:
        summed = f"sum(rate({counter.selector(only, *more)}[{range_}]))"
        return f"histogram_count({summed})" if counter.metric == convention.durations else summed

    signals = [Signal("rate", convention.name, rate(), "/s")]
    labels = {label for label, _ in counter.outcomes}
    outcome = next((label for label in convention.outcomes if label in labels), None)
    if outcome:
        ratio = f"({rate(f'{outcome}=~{quoted(convention.failed)}')} or vector(0)) / {rate()}"
        signals.append(Signal("errors", convention.name, ratio, "share"))
    else:
        wanted = " or ".join(convention.outcomes)
        signals.append(Signal("errors", convention.name, note=f"{counter.metric} has no label {wanted}"))
    return signals + _durations(convention, found, range_)


def _only(convention: Convention) -> str:
    return f"{convention.only[0]}={quoted(convention.only[1])}" if convention.only else ""


def _durations(convention: Convention, found: Mapping[str, ServiceMetric], range_: str) -> list[Signal]:
    only = _only(convention)
    if buckets := found.get(f"{convention.durations}_bucket"):
        chosen = buckets.selector(only)
        return _from_histogram(convention, f"sum by (le) (rate({chosen}[{range_}]))", chosen)
    if native := _native(convention, found):
        return _from_histogram(convention, f"sum(rate({native.selector(only)}[{range_}]))")
    signals: list[Signal] = []
    if summary := found.get(convention.durations):
        for quantile in [text for text in _quantiles(summary) if _number(text) >= _QUANTILES[0]][-len(_QUANTILES) :]:
            worst = f"max({summary.selector(only, f'quantile={quoted(quantile)}')})"
            name = f"duration p{_number(quantile) * 100:g}"
            signals.append(Signal(name, convention.name, worst, "seconds", convention.scale, _OF_A_SUMMARY))
    total, count = found.get(f"{convention.durations}_sum"), found.get(f"{convention.durations}_count")
    if total and count:
        parts = [f"sum(rate({part.selector(only)}[{range_}]))" for part in (total, count)]
        note = "" if signals else "mean only: there are no buckets for quantiles"
        signals.append(Signal("duration mean", convention.name, " / ".join(parts), "seconds", convention.scale, note))
    return signals or [Signal("duration", convention.name, note=f"not found: {convention.durations}_bucket")]


def _from_histogram(convention: Convention, summed: str, buckets: str = "") -> list[Signal]:
    return [
        Signal(
            f"duration p{quantile * 100:g}",
            convention.name,
            f"histogram_quantile({quantile:g}, {summed})",
            "seconds",
            convention.scale,
            buckets=buckets,
        )
        for quantile in _QUANTILES
    ]


def _filled(usage: Usage, found: Mapping[str, ServiceMetric], range_: str) -> str:
    query = _PLACEHOLDER.sub(lambda match: found[match[1]].selector(match[2] or ""), usage.query)
    return query.replace("[range]", f"[{range_}]")
