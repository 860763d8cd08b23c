"""Cardinality: the metrics and labels with the most series."""

from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.api.objects import Count

_LABELS_SHOWN = 5


async def cardinality(client: PrometheusClient, limit: int) -> Envelope:
    """A row for each of the metrics with the most series, as counted by the store (Prometheus: those in memory).

    Raises NotOffered for stores without these statistics.
    """
    found = await client.tsdb(limit)
    total = found.series
    told = f"{total:,} series{' in memory' if found.headStats.numSeries else ''}"
    envelope = Envelope(summary=f"{told}.", source=client.source, untrusted=True)
    most = found.seriesCountByMetricName[:limit]
    if most and total:
        envelope.summary = f"{told}, {most[0].value / total:.0%} of them from {most[0].name}."
        envelope.hints.append(f"labels match={most[0].name} shows which of its labels have many values.")
    envelope.data = [
        {"metric": one.name, "series": one.value, "share": f"{one.value / total:.1%}" if total else ""} for one in most
    ]
    envelope.returned = len(most)
    labels = ", ".join(_written(one) for one in found.labelValueCountByLabelName[:_LABELS_SHOWN])
    if labels:
        envelope.hints.append(f"Labels with the most values: {labels}.")
    try:
        kept = (await client.runtime()).storageRetention
    except ToolFailure:
        return envelope
    envelope.hints.append(f"Retention: {kept}.")
    return envelope


def _written(one: Count) -> str:
    return f"{one.name} {one.value:,}"
