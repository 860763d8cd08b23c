"""The metrics that the bot serves."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """The bot's metrics, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.messages = Counter(
            "ritsuko_bot_messages",
            "Messages to the bot by outcome; refused: Zulip rejected the answer, broken: an error in the bot.",
            ["outcome"],
            registry=registry,
        )
        self.seconds = Histogram(
            "ritsuko_bot_reply_seconds",
            "Time from the start of a command to its answer.",
            buckets=_SECONDS,
            registry=registry,
        )
        self.calls = Counter(
            "ritsuko_bot_calls", "Tool calls by outcome.", ["server", "tool", "outcome"], registry=registry
        )
        self.call_seconds = Histogram(
            "ritsuko_bot_call_seconds", "Duration of tool calls.", ["server"], buckets=_SECONDS, registry=registry
        )
        self.reports = Counter(
            "ritsuko_bot_reports",
            "Writes of the report to the status of the bot's resource.",
            ["outcome"],
            registry=registry,
        )
        self.zulip_connected = Gauge(
            "ritsuko_bot_zulip_connected", "1 while the bot has a working event queue.", registry=registry
        )
        self.lease_held = Gauge("ritsuko_bot_lease_held", "1 while this pod is the active one.", registry=registry)
        self.config = Gauge("ritsuko_bot_config_info", "The config in use.", ["revision"], registry=registry)
        self.config_refused = Gauge(
            "ritsuko_bot_config_refused", "1 while the mounted config is invalid.", registry=registry
        )
        self.tasks = Gauge(
            "ritsuko_bot_tasks", "Running asyncio tasks; growth without calls is a leak.", registry=registry
        )
        self.servers = Gauge("ritsuko_bot_server_ready", "1 while a server is ready.", ["server"], registry=registry)

    def text(self) -> bytes:
        """The metrics in Prometheus' text format."""
        return generate_latest(self._registry)
