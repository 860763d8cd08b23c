"""From a figure to one request behind it: the exemplar of the longest duration, which names its trace.

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
    """A sentence about the slowest that left an exemplar in one of the histograms; nothing where none did.

    Stores without exemplars, and answers too large to read, say nothing either: it is a help, not what was asked for.
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
    # In a sentence a value is not known for a secret by its label's name.
    told = {name: value for name, value in sorted(slowest.labels.items()) if not is_sensitive_name(name)}
    labels = ", ".join(f"{name}={value}" for name, value in told.items())
    if not labels:
        return ""
    took = format_reading(slowest.value * chosen.scale, "seconds")
    when = format_time(slowest.timestamp)
    return f"A slow request of these: {labels}, {took} at {when}: look for that in traces and logs."
