"""A namespace with something in it, and a server that reads it as the administrator."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.cluster import ControlPlane
from tests.integration.mcp_kubernetes.server import Server, running

OBJECTS = Path(__file__).with_name("shop.yaml")


@pytest.fixture(scope="session")
def shop(plane: ControlPlane) -> Iterator[ControlPlane]:
    """The namespace `shop`; see shop.yaml."""
    plane.kubectl("apply", "-f", str(OBJECTS))
    plane.kubectl("wait", "--for=create", "pod", "-l", "app=web", "-n", "shop", "--timeout=30s")
    yield plane
    plane.kubectl("delete", "-f", str(OBJECTS), "--wait=false")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(shop: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with running(shop.kubeconfig, tmp_path_factory.mktemp("server") / "log") as server:
        yield server
