"""How many values each of several labels has, with a few of them."""

import asyncio
from collections.abc import Sequence
from typing import cast

from pydantic import JsonValue

from ritsuko_api.envelope import Row
from ritsuko_common.redaction.names import is_sensitive_name
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_prometheus.api.client import PrometheusClient

_EXAMPLES = 3
_AT_ONCE = 8


async def survey(
    client: PrometheusClient, names: Sequence[str], match: str = "", window: tuple[float, float] | None = None
) -> list[Row]:
    """A row per label: its number of values among the series that match, and a few of them, for `cells.flat`."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def told(name: str) -> Row:
        async with slots:
            try:
                values = await client.label_values(name, match, window)
            except ToolFailure as failure:
                return {"label": name, "values": "?", "examples": failure.message}
        if is_sensitive_name(name):
            return {"label": name, "values": len(values), "examples": "(hidden: the label name suggests secrets)"}
        more = ["…"] if len(values) > _EXAMPLES else []
        return {"label": name, "values": len(values), "examples": cast(JsonValue, [*values[:_EXAMPLES], *more])}

    return list(await asyncio.gather(*map(told, names)))
