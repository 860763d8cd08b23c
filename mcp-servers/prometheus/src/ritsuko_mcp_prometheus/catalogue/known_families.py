"""Every metric family that a Prometheus has."""

import asyncio

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.catalogue.families import Family, families
from ritsuko_mcp_prometheus.errors import NotOffered


async def known_families(client: PrometheusClient) -> tuple[list[Family], list[str]]:
    """Every metric, and a warning when no target's metadata is to be had: types are guessed from names then."""
    names, metadata = await asyncio.gather(client.metric_names(), client.metadata(), return_exceptions=True)
    if isinstance(names, BaseException):
        raise names
    if isinstance(metadata, NotOffered):
        return families(names, {}), ["types are guessed from names: this store keeps no metadata"]
    if isinstance(metadata, ToolFailure):
        return families(names, {}), [f"types are guessed from names: {metadata.message}"]
    if isinstance(metadata, BaseException):
        raise metadata
    return families(names, metadata), []
