"""The alerts about a bot, over the metrics that the bot itself serves (`ritsuko_bot.metrics`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ritsuko_api.bot import RitsukoBot


class Alert(NamedTuple):
    """One alert; `PODS` in the expression stands for the bot's own pods, `BOT` in the texts for its name."""

    name: str
    expression: str
    lasting: str  # how long it must hold
    severity: str
    summary: str
    description: str


_ALERTS = (
    Alert(
        "RitsukoBotNotAnswering",
        "(sum(ritsuko_bot_lease_held{PODS}) or vector(0)) < 1",
        "5m",
        "critical",
        "Bot BOT does not answer messages",
        ("No pod of the bot holds the Lease, or none is scraped. Check its pods and the status of the RitsukoBot."),
    ),
    Alert(
        "RitsukoBotDisconnected",
        "max(ritsuko_bot_zulip_connected{PODS}) < 1",
        "5m",
        "critical",
        "Bot BOT is not connected to Zulip",
        "See the condition ZulipConnected of the RitsukoBot.",
    ),
    Alert(
        "RitsukoBotConfigRefused",
        "max(ritsuko_bot_config_refused{PODS}) > 0",
        "5m",
        "warning",
        "Bot BOT rejected its config and keeps running the last valid one",
        "See the condition ConfigLoaded of the RitsukoBot.",
    ),
    Alert(
        "RitsukoBotServerDown",
        "max by (server) (ritsuko_bot_server_ready{PODS}) < 1",
        "10m",
        "warning",
        "The MCP server {{ $labels.server }} of bot BOT does not work",
        "See status.sidecars of the RitsukoBot.",
    ),
    Alert(
        "RitsukoBotCallsFail",
        'sum by (server) (rate(ritsuko_bot_calls_total{PODS,outcome=~"error|too late"}[15m]))'
        " / sum by (server) (rate(ritsuko_bot_calls_total{PODS}[15m])) > 0.5",
        "15m",
        "warning",
        "More than half of bot BOT's calls to {{ $labels.server }} fail",
        "See the audit lines in the bot's log for the outcome of each call.",
    ),
    Alert(
        "RitsukoBotAnswersLost",
        'sum(increase(ritsuko_bot_messages_total{PODS,outcome=~"broken|refused"}[15m])) > 0',
        "0m",
        "warning",
        "Bot BOT could not answer messages",
        "See the bot's log for the messages and the errors.",
    ),
)


def alerts(bot: RitsukoBot) -> Sequence[Mapping[str, Any]]:
    """The rules for a group of a PrometheusRule."""
    # The labels that the Prometheus operator, and most other set-ups, give to what is scraped from pods.
    pods = f'namespace="{bot.metadata.namespace}",pod=~"{bot.metadata.name}-[a-z0-9]+-[a-z0-9]+"'
    return [
        {
            "alert": alert.name,
            "expr": alert.expression.replace("PODS", pods),
            "for": alert.lasting,
            "labels": {"severity": alert.severity, "namespace": bot.metadata.namespace, "bot": bot.metadata.name},
            "annotations": {
                "summary": alert.summary.replace("BOT", bot.metadata.name),
                "description": alert.description,
            },
        }
        for alert in _ALERTS
    ]
