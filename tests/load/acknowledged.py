"""`make bench-node`: a sidecar is edited; how soon does the running bot say that it has taken the change over?

On a node with a real kubelet: the operator writes the ConfigMap, the kubelet brings it into the container, the bot
reads it and reports the new revision in `status.runtime`. Prints a table and writes bench/node.json.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cluster import Cluster, open_cluster
from tests.demo import stage
from tests.e2e import seen
from tests.load import figures
from tests.load.figures import Figure
from tests.load.samples import latencies
from tests.zulip import ZulipEmulator
from tools.errors import BuildError

ROOT = Path(__file__).parents[2]
_EDITS = 20
_APART = 1.5  # seconds: the bot reports once a second at most, and an edit is not to wait for the one before
_WITHIN = 30.0  # seconds
_EVERY = 0.01
_NO_PROMETHEUS = "http://127.0.0.1:9"  # nothing is asked of it
_SIDECAR = f"/apis/ritsuko.dev/v1alpha1/namespaces/{stage.NAMESPACE}/mcpsidecars/kubernetes"


def measure(cluster: Cluster) -> list[Figure]:
    before = seen.pod_names(cluster)
    seconds = [_seconds_to_acknowledge(cluster, timeout=100 + number) for number in range(_EDITS)]
    assert seen.pod_names(cluster) == before, "the edits were to restart nothing"
    return latencies("sidecar edited to acknowledged by the running bot", seconds, p95=1000)


def _seconds_to_acknowledge(cluster: Cluster, *, timeout: int) -> float:
    """From the moment before the edit to the moment when the bot's own report names another revision."""
    before = _reported(cluster)
    patch = {"spec": {"tools": {"timeoutSeconds": timeout}}}
    began = time.monotonic()
    cluster.api.request("PATCH", _SIDECAR, patch, content_type="application/merge-patch+json")
    while _reported(cluster) == before:
        if time.monotonic() - began > _WITHIN:
            raise TimeoutError(f"the bot did not take over an edit within {_WITHIN:g} s")
        time.sleep(_EVERY)
    taken = time.monotonic() - began
    time.sleep(_APART)
    return taken


def _reported(cluster: Cluster) -> Any:
    return seen.status(cluster).get("runtime", {}).get("configRevision")


@contextmanager
def _with_a_bot() -> Iterator[Cluster]:
    with open_cluster() as cluster:
        hosts = list(dict.fromkeys(["127.0.0.1", cluster.bind_address]))
        with ZulipEmulator(hosts, requests_per_minute=None) as emulator:
            credentials = emulator.credentials() | {"ZULIP_SITE": f"http://{cluster.host_address}:{emulator.port}"}
            stage.install_operator(cluster)
            stage.apply_bot(cluster, credentials=credentials, prometheus_url=_NO_PROMETHEUS)
            stage.wait_until_ready(cluster)
            yield cluster


def main() -> int:
    machine = figures.machine()
    try:
        with _with_a_bot() as cluster:
            found = measure(cluster)
            figures.write(ROOT / "bench" / "node.json", machine, figures.versions(cluster), found)
    except (BuildError, TimeoutError) as error:
        print(f"bench-node: {error}", file=sys.stderr)
        return 1
    print(figures.table("node", found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
