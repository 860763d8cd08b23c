"""Names of services and workloads, which are label values and not metric names."""

import asyncio

from ritsuko_mcp_prometheus.api.client import PrometheusClient

_NAMING = ("job", "service", "service_name", "app", "application", "exported_service", "consumergroup")


async def service_names(client: PrometheusClient, window: tuple[float, float]) -> list[str]:
    """All names between two times (Unix seconds), sorted."""
    values = await asyncio.gather(*(client.label_values(label, window=window) for label in _NAMING))
    return sorted({value for some in values for value in some})
