"""Every metric family that a Prometheus has."""

import asyncio

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.catalogue.families import Family, families
from ritsuko_mcp_prometheus.errors import NotOffered


async def known_families(client: PrometheusClient) -> tuple[list[Family], list[str]]:
    """All metric families, and a warning if there is no metadata and types are guessed."""
    names, metadata = await asyncio.gather(client.metric_names(), client.metadata(), return_exceptions=True)
    if isinstance(names, BaseException):
        raise names
    if isinstance(metadata, NotOffered):
        return families(names, {}), ["types are guessed from metric names: this store has no metadata"]
    if isinstance(metadata, ToolFailure):
        return families(names, {}), [f"types are guessed from metric names: {metadata.message}"]
    if isinstance(metadata, BaseException):
        raise metadata
    return families(names, metadata), []
