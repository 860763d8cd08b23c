"""The server, as it is in a pod, in front of a real Prometheus with a planted history."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from mcp import Client
from mcp_types import CallToolResult

from ritsuko_mcp_prometheus.server import build
from ritsuko_mcp_prometheus.settings import PrometheusSettings
from tests.integration.mcp_prometheus.analysis.planted import openmetrics
from tests.integration.mcp_prometheus.real_prometheus import Prometheus, real_prometheus
from tests.mcp_serving import serving

Call = Callable[..., Awaitable[CallToolResult]]


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    folder: Path = tmp_path_factory.mktemp("planted")
    with real_prometheus(folder, openmetrics()) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def call(planted: Prometheus) -> AsyncIterator[Call]:
    """Calls a tool by its name; fails where the tool fails, unless `fails` says that it should."""
    settings = PrometheusSettings(prometheus_url=planted.url)
    async with serving(build(settings)) as address:

        async def call(tool: str, *, fails: bool = False, **arguments: Any) -> CallToolResult:
            async with Client(f"{address}/mcp") as client:
                result = await client.call_tool(tool, arguments)
            assert result.is_error == fails, result.content
            return result

        yield call


def answer(result: CallToolResult) -> dict[str, Any]:
    """The structured answer."""
    assert result.structured_content is not None
    return result.structured_content
