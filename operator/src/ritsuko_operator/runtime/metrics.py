"""The operator's own metrics."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_LATENCIES = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """All of them, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.reconciles = Counter(
            "ritsuko_operator_reconciles",
            "Finished reconciles, by kind and by result: done, retry or error.",
            ["kind", "result"],
            registry=self.registry,
        )
        self.reconcile_seconds = Histogram(
            "ritsuko_operator_reconcile_duration_seconds",
            "How long a reconcile took.",
            ["kind"],
            buckets=_LATENCIES,
            registry=self.registry,
        )
        self.queue_depth = Gauge("ritsuko_operator_queue_depth", "Keys that wait for a worker.", registry=self.registry)
        self.queue_seconds = Histogram(
            "ritsuko_operator_queue_latency_seconds",
            "How long a key waited for a worker.",
            buckets=_LATENCIES,
            registry=self.registry,
        )
        self.api_requests = Counter(
            "ritsuko_operator_api_requests",
            "Requests to the apiserver, by verb, resource and answer (the HTTP status, or unreachable).",
            ["verb", "resource", "code"],
            registry=self.registry,
        )
        self.watch_events = Counter(
            "ritsuko_operator_watch_events", "Events that the watches delivered.", ["resource"], registry=self.registry
        )
        self.resync_repairs = Counter(
            "ritsuko_operator_resync_repairs",
            "Objects whose state at a resync differed from what the watches reported.",
            ["resource"],
            registry=self.registry,
        )
        self.leader = Gauge(
            "ritsuko_operator_leader", "1 while this operator leads, 0 while it is on standby.", registry=self.registry
        )
        self.secret_changes = Counter(
            "ritsuko_operator_secret_changes", "Changes found in Secrets that bots reference.", registry=self.registry
        )

    def follow_queue(self, depth: Callable[[], int]) -> None:
        self.queue_depth.set_function(depth)
