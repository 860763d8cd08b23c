"""What a server counts about itself, for /metrics."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """The metrics of one server, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.calls = Counter("ritsuko_mcp_calls", "Tool calls by outcome", ["tool", "outcome"], registry=self.registry)
        self.seconds = Histogram(
            "ritsuko_mcp_call_seconds",
            "Duration of tool calls, waiting for a free slot included",
            ["tool"],
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
            registry=self.registry,
        )
        self.bytes = Counter("ritsuko_mcp_answer_bytes", "Bytes of answers", ["tool"], registry=self.registry)
        self.truncated = Counter(
            "ritsuko_mcp_truncated_answers", "Answers cut to the output budget", ["tool"], registry=self.registry
        )
        self.redactions = Counter(
            "ritsuko_mcp_redactions", "Secrets replaced in answers, by kind", ["kind"], registry=self.registry
        )
        self.running = Gauge("ritsuko_mcp_running_calls", "Tool calls that run right now", registry=self.registry)
        self.refused = Counter(
            "ritsuko_mcp_refused_requests",
            "Requests to /mcp that were refused, by reason",
            ["reason"],
            registry=self.registry,
        )

    def exposition(self) -> bytes:
        """The Prometheus text format."""
        return generate_latest(self.registry)
