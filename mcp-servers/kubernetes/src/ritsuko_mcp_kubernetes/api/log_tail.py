"""The end of a container's log."""

from __future__ import annotations

from collections.abc import Mapping

from ritsuko_mcp_kubernetes.api.client import KubernetesClient

_MOST_BYTES = 256 * 1024


async def tail(client: KubernetesClient, path: str, query: Mapping[str, str], *, lines: int) -> str:
    """The newest `lines` lines of the log at `path`, fewer where they are long; of a single huge line its beginning.

    The node counts `limitBytes` from the oldest of the lines it was asked for, so what is cut off are the newest: then
    they are asked for again, fewer at a time. Raises as `KubernetesClient.text` does.
    """
    while True:
        bounds = {"tailLines": str(lines), "limitBytes": str(_MOST_BYTES)}
        text = await client.text(path, {**query, **bounds})
        if lines == 1 or len(text.encode()) < _MOST_BYTES:
            return text
        lines = max(1, lines // 4)
