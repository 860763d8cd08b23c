"""Stores and the way to ask them: over HTTP, as a bot does."""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from mcp import Client

from ritsuko_mcp_logs.server import build
from ritsuko_mcp_logs.settings import ALL_SETTINGS
from tests.cluster.loki import Loki, loki
from tests.cluster.opensearch import OpenSearch, opensearch
from tests.cluster.victorialogs import VictoriaLogs, victorialogs
from tests.integration.mcp_logs.stores import (
    FILEBEAT,
    FLUENT_BIT,
    Filled,
    FilledLoki,
    FilledOpenSearch,
    FilledVictoriaLogs,
)
from tests.mcp_serving import serving

_TENANTS = itertools.count(1)

Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def real_victorialogs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VictoriaLogs]:
    """One for all tests; each takes a tenant of its own."""
    with victorialogs(tmp_path_factory.mktemp("victorialogs")) as store:
        yield store


@pytest.fixture(scope="session")
def real_loki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loki]:
    """One for all tests, with small pages; each takes a tenant of its own."""
    with loki(tmp_path_factory.mktemp("loki"), most_entries=LOKI_PAGE) as store:
        yield store


@pytest.fixture(scope="session")
def real_opensearch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSearch]:
    """One for all tests; each takes indices of its own."""
    with opensearch(tmp_path_factory.mktemp("opensearch")) as store:
        yield store


LOKI_PAGE = 30

LOKI = pytest.param("loki", marks=pytest.mark.loki)
OPENSEARCH = [pytest.param(shape, marks=pytest.mark.opensearch) for shape in ("opensearch", "opensearch of Filebeat")]


@pytest.fixture(params=["victorialogs", LOKI, *OPENSEARCH])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Filled]:
    """An empty one of each kind."""
    async with filled(request) as store:
        yield store


@asynccontextmanager
async def filled(request: pytest.FixtureRequest) -> AsyncIterator[Filled]:
    """An empty store of the kind that the request's parameter names."""
    if request.param == "victorialogs":
        yield FilledVictoriaLogs(request.getfixturevalue("real_victorialogs"), next(_TENANTS))
    elif request.param == "loki":
        yield FilledLoki(request.getfixturevalue("real_loki"), next(_TENANTS))
    else:
        shape = FILEBEAT if request.param.endswith("Filebeat") else FLUENT_BIT
        yield FilledOpenSearch(request.getfixturevalue("real_opensearch"), next(_TENANTS), shape)


@asynccontextmanager
async def asking(**settings: Any) -> AsyncIterator[Ask]:
    """A function that calls a tool over HTTP and gives its structured answer, with `text` in it as well."""
    async with serving(build(ALL_SETTINGS.model_validate(settings))) as address:

        async def ask(tool: str, *, fails: bool = False, **arguments: Any) -> dict[str, Any]:
            async with Client(f"{address}/mcp") as client:
                result = await client.call_tool(tool, arguments)
            content = result.content[0]
            assert content.type == "text"
            assert result.is_error == fails, content.text
            assert result.structured_content is not None
            return {**result.structured_content, "text": content.text}

        yield ask


@pytest.fixture
def asking_store(store: Filled) -> Callable[..., AbstractAsyncContextManager[Ask]]:
    """`asking` with the store's settings."""

    def ask(**settings: Any) -> AbstractAsyncContextManager[Ask]:
        return asking(**store.settings, **settings)

    return ask
