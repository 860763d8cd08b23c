"""A service under names of its own: which of its metrics are told, and how."""

from ritsuko_mcp_prometheus.analysis.service.discovery import OwnerLabel, ServiceMetric
from ritsuko_mcp_prometheus.analysis.service.suffixes import suffix_signals, uncovered_metrics


def found(*names: str) -> dict[str, ServiceMetric]:
    return {name: ServiceMetric(name, OwnerLabel("app", "worker"), "", {"worker"}) for name in names}


def told(*names: str) -> list[tuple[str, str]]:
    return [(signal.name, signal.source) for signal in suffix_signals(found(*names), "5m")]


def test_of_many_counters_those_of_failures_are_told_first() -> None:
    plain = [f"a{number}_total" for number in range(9)]
    sources = [source for _, source in told(*plain, "z_failed_total", "y_errors_total")]
    assert sources == ["y_errors_total", "z_failed_total", "a0_total", "a1_total"]


def test_times_are_told_by_quantiles_where_there_are_buckets_and_else_by_their_mean() -> None:
    parts = ("_bucket", "_sum", "_count")
    assert told(*(f"job_seconds{part}" for part in parts)) == [("rate", "job_seconds"), ("duration p95", "job_seconds")]
    assert told("gc_ms_sum", "gc_ms_count") == [("rate", "gc_ms"), ("duration mean", "gc_ms")]
    # What is no time, and a count without its sum.
    assert told("size_bytes_sum", "size_bytes_count", "lone_seconds_count") == []


def test_milliseconds_become_seconds() -> None:
    scales = {signal.name: signal.scale for signal in suffix_signals(found("wait_ms_sum", "wait_ms_count"), "5m")}
    assert scales == {"rate": 1.0, "duration mean": 0.001}


def test_what_waits_is_told_and_not_every_level() -> None:
    assert told("jobs_backlog", "price_euros", "queue_sum") == [("level", "jobs_backlog")]


def test_the_others_are_named_once_each_and_counted_beyond_eight() -> None:
    names = [f"x{number}_bytes_{part}" for number in range(10) for part in ("sum", "count")]
    everything = found(*names, "jobs_backlog")
    sentence = uncovered_metrics(everything, suffix_signals(everything, "5m"))
    assert sentence.startswith("Other metrics: x0_bytes, x1_bytes, x2_bytes")
    assert sentence.endswith("x7_bytes and 2 more. Use describe to see what one is.")
    assert uncovered_metrics(found("jobs_backlog"), suffix_signals(found("jobs_backlog"), "5m")) == ""
