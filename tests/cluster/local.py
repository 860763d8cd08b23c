"""Clusters made of plain processes on this machine."""

import json
from dataclasses import asdict
from pathlib import Path

from tests.cluster import debian, folders, network
from tests.cluster.client import Cluster
from tests.cluster.daemons import Daemon
from tests.cluster.network import Network
from tests.cluster.node import Node
from tests.cluster.plane import ControlPlane
from tests.cluster.sandbox import Sandbox
from tools import cache, packages
from tools.images.image import Image
from tools.progress import step

_NODE = ("node", "containerd", "kubelet", "kube-proxy")


class LocalCluster(Cluster):
    """A control plane and one node, whole state in `folder`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._sandbox = Sandbox(folder)

    @property
    def plane(self) -> ControlPlane:
        return ControlPlane(self.folder, address=self._network.host_address, scheduler=True)

    @property
    def host_address(self) -> str:
        return self._network.host_address

    def load(self, *images: Image) -> None:
        for image in images:
            self._node.load(image)

    @property
    def running(self) -> bool:
        if not (self.folder / "network.json").exists():
            return False
        return all(Daemon(name, self.folder).alive for name in _NODE) and self.plane.running

    def start(self) -> None:
        packages.require(debian.NODE)
        # one at a time: no two may choose the same addresses
        with cache.locked(cache.root() / "clusters" / "start"):
            if not self.running:
                self._start()

    def _start(self) -> None:
        clear(self.folder, keep=("owner.json",))
        with step("starting the cluster"):
            self._sandbox.start()
            block = network.choose(self.folder)
            network.connect(self.folder, block, namespace_of=self._sandbox.pid)
            (self._sandbox.folder / "resolv.conf").touch()
            (self.folder / "network.json").write_text(json.dumps(asdict(block)))
            self._node.start_runtime()
            self.plane.start()
            self._node.start_kubelet()

    def stop(self) -> None:
        clear(self.folder)

    @property
    def _network(self) -> Network:
        return Network(**json.loads((self.folder / "network.json").read_text()))

    @property
    def _node(self) -> Node:
        return Node(self.plane, self._sandbox, self._network)


def clear(folder: Path, *, keep: tuple[str, ...] = ()) -> None:
    """End every process of the cluster in `folder` and remove what is in it."""
    for daemon in folders.daemons(folder):
        if daemon.name != "node":
            daemon.stop(patience=2)
    Sandbox(folder).stop()
    network.disconnect(folder)
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in keep:
            cache.remove(path)
    if not keep and folder.is_dir():
        folder.rmdir()
