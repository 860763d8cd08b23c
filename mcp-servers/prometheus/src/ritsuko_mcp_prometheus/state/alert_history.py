"""Past alerts, from the series that Prometheus records.

https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/#inspecting-alerts-during-runtime
"""

import asyncio
from datetime import UTC, datetime

from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.api.objects import Alert
from ritsuko_mcp_prometheus.api.series import Labels

_STATE = "alertstate"
_Key = frozenset[tuple[str, str]]


async def alerts_at(client: PrometheusClient, moment: float) -> list[Alert]:
    """Firing and pending alerts at that time (Unix seconds) with their start; without annotations and values."""
    states, began = await asyncio.gather(client.query("ALERTS", moment), client.query("ALERTS_FOR_STATE", moment))
    since = {_key(one.labels): one.samples[0][1] for one in began.series if one.samples}
    return [
        Alert(
            labels={name: value for name, value in one.labels.items() if name not in ("__name__", _STATE)},
            state=one.labels.get(_STATE, ""),
            activeAt=_moment(since.get(_key(one.labels))),
        )
        for one in states.series
    ]


def _key(labels: Labels) -> _Key:
    return frozenset((name, value) for name, value in labels.items() if name not in ("__name__", _STATE))


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
