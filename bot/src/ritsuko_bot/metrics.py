"""What is counted about the bot."""

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
            "Messages to the bot by what came of them; refused is by Zulip, broken is by us.",
            ["outcome"],
            registry=registry,
        )
        self.seconds = Histogram(
            "ritsuko_bot_reply_seconds", "From a command's turn to its answer.", buckets=_SECONDS, registry=registry
        )
        self.calls = Counter(
            "ritsuko_bot_calls", "Calls of tools by how they ended.", ["server", "tool", "outcome"], registry=registry
        )
        self.call_seconds = Histogram(
            "ritsuko_bot_call_seconds", "How long calls took.", ["server"], buckets=_SECONDS, registry=registry
        )
        self.reports = Counter(
            "ritsuko_bot_reports", "Reports to the status of the bot's resource.", ["outcome"], registry=registry
        )
        self.zulip_connected = Gauge(
            "ritsuko_bot_zulip_connected", "1 while the bot holds an event queue that answers.", registry=registry
        )
        self.lease_held = Gauge(
            "ritsuko_bot_lease_held", "1 while this pod is the one that answers.", registry=registry
        )
        self.config = Gauge("ritsuko_bot_config_info", "The config that runs.", ["revision"], registry=registry)
        self.config_refused = Gauge(
            "ritsuko_bot_config_refused", "1 while the mounted config is refused.", registry=registry
        )
        self.tasks = Gauge(
            "ritsuko_bot_tasks", "Tasks that run in the bot: more than calls explain are a leak.", registry=registry
        )
        self.servers = Gauge("ritsuko_bot_server_ready", "1 while a server is ready.", ["server"], registry=registry)

    def text(self) -> bytes:
        """The metrics in Prometheus' text format."""
        return generate_latest(self._registry)
