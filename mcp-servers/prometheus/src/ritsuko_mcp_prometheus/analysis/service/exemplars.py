"""The slowest request with an exemplar, which names its trace.

https://prometheus.io/docs/prometheus/latest/querying/api/#querying-exemplars
"""

from collections.abc import Sequence

from ritsuko_common.redaction.names import is_sensitive_name
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_prometheus.analysis.service.readings import format_reading
from ritsuko_mcp_prometheus.analysis.service.signals import Signal
from ritsuko_mcp_prometheus.api.client import PrometheusClient


async def slowest_request(client: PrometheusClient, signals: Sequence[Signal], start: float, end: float) -> str:
    """A hint with the slowest request that has an exemplar in a histogram; empty if there is none.

    Also empty if the store has no exemplars or the response is too large: the hint is optional.
    """
    chosen = next((signal for signal in signals if signal.buckets), None)
    if chosen is None:
        return ""
    try:
        found = await client.exemplars(chosen.buckets, start, end)
    except ToolFailure:
        return ""
    slowest = max(found, key=lambda one: one.value, default=None)
    if slowest is None:
        return ""
    # Redaction does not recognise a secret by its label name within a sentence.
    told = {name: value for name, value in sorted(slowest.labels.items()) if not is_sensitive_name(name)}
    labels = ", ".join(f"{name}={value}" for name, value in told.items())
    if not labels:
        return ""
    took = format_reading(slowest.value * chosen.scale, "seconds")
    when = format_time(slowest.timestamp)
    return f"Example of a slow request: {labels}, {took} at {when}. Search for it in traces and logs."
