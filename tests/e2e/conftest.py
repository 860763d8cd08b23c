"""One real cluster with everything on it, as `make demo` puts it there, for all end-to-end tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster import Cluster, Prometheus, open_cluster
from tests.demo import stage
from tests.demo.conversation import Conversation
from tests.zulip import ZulipEmulator


@pytest.fixture(scope="session")
def bare_cluster() -> Iterator[Cluster]:
    with open_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def emulator(bare_cluster: Cluster) -> Iterator[ZulipEmulator]:
    hosts = list(dict.fromkeys(["127.0.0.1", bare_cluster.bind_address]))
    with ZulipEmulator(hosts, requests_per_minute=None) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def prometheus(bare_cluster: Cluster) -> Prometheus:
    prometheus = Prometheus(bare_cluster)  # it ends with the cluster
    prometheus.start()
    return prometheus


@pytest.fixture(scope="session")
def cluster(bare_cluster: Cluster, emulator: ZulipEmulator, prometheus: Prometheus) -> Cluster:
    """The cluster with the operator, the sample bot and something to ask about, all of it ready."""
    credentials = emulator.credentials() | {"ZULIP_SITE": f"http://{bare_cluster.host_address}:{emulator.port}"}
    stage.install_operator(bare_cluster)
    stage.apply_bot(bare_cluster, credentials=credentials, prometheus_url=prometheus.url_for_pods)
    stage.wait_until_ready(bare_cluster)
    return bare_cluster


@pytest.fixture
def hamlet(cluster: Cluster, emulator: ZulipEmulator, request: pytest.FixtureRequest) -> Conversation:
    """A person who talks to the bot in a topic of this test's own."""
    return Conversation(emulator.client("hamlet"), topic=request.node.name[:60])
