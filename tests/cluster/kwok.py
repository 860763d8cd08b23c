"""Nodes and pods that only seem to run: thousands of them against a real apiserver (sigs.k8s.io/kwok).

Each node that is made becomes ready, and each pod bound to one runs; labelled `fate: crash` it is in a crash loop, with
`fate: no-image` its image cannot be pulled (the stages: kwok.yaml). All containers have the same log.
"""

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.daemons import Daemon
from tests.cluster.plane import ControlPlane
from tests.cluster.ports import free
from tools import cache, gobuild

STAGES = Path(__file__).parent / "kwok.yaml"
_VERSION = "0.8.0"
_MODULE = Path(__file__).parent / "golang" / "kwok"
_POD_NETWORK = "10.128.0.0/12"


def program() -> str:
    """The path of a kwok: the one that is installed, or one built from its Go module."""
    if installed := shutil.which("kwok"):
        return installed
    target = cache.root() / "build" / f"kwok-{_VERSION}" / "kwok"
    return str(cache.install(target, lambda draft: gobuild.build(_MODULE, "sigs.k8s.io/kwok/cmd/kwok", draft)))


@contextmanager
def simulation(plane: ControlPlane, *, log: str = "starting\n") -> Iterator[None]:
    """Nodes and pods of `plane` seem to run until the end of the block; every container's log is `log`.

    Raises:
        ClusterError: it did not start; with the end of its log.
    """
    folder = plane.folder / "kwok"
    folder.mkdir(exist_ok=True)
    # as container runtimes write it
    (file := folder / "containers.log").write_text(
        "".join(f"2026-11-01T00:00:00.000000000Z stdout F {line}\n" for line in log.splitlines())
    )
    logs = {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "ClusterLogs",
        "metadata": {"name": "all"},
        "spec": {"logs": [{"logsFile": str(file), "previousLogsFile": str(file)}]},
    }
    (settings := folder / "logs.yaml").write_text(json.dumps(logs))
    port = free(1, "127.0.0.1")[0]
    served_with = plane.server_certificate("kwok", hosts=("127.0.0.1",))
    command = [
        program(),
        f"--kubeconfig={plane.kubeconfig}",
        f"--config={STAGES}",
        f"--config={settings}",
        "--manage-all-nodes",
        "--node-lease-duration-seconds=40",  # else the node controller takes them for dead
        f"--cidr={_POD_NETWORK}",
        "--node-ip=127.0.0.1",
        f"--node-port={port}",
        f"--server-address=127.0.0.1:{port}",
        f"--tls-cert-file={served_with.certificate}",
        f"--tls-private-key-file={served_with.key}",
    ]
    # its home: it would read settings from the user's
    daemon = Daemon("kwok", plane.folder, command, {"HOME": str(folder)})
    daemon.start()
    try:
        daemon.wait_until(lambda: _serves(port), timeout=60)
        yield
    finally:
        daemon.stop()


def _serves(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
