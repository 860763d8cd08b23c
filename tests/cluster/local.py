"""Clusters made of plain processes on this machine."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

from . import cache, folders, network, packages
from .client import Cluster
from .control_plane import ControlPlane
from .images import Image
from .network import Network
from .node import Node
from .progress import say, step
from .sandbox import Sandbox


@contextmanager
def control_plane() -> Iterator[ControlPlane]:
    """A control plane of one's own, without a node, gone at the end of the block."""
    clear_abandoned()
    with ControlPlane(folders.owned()) as plane:
        yield plane


class LocalCluster(Cluster):
    """A control plane and one node, whole state in `folder`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._sandbox = Sandbox(folder)

    @cached_property
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
        return self._sandbox.alive and (self.folder / "network.json").exists() and self.plane.running

    def start(self) -> None:
        if self.running:
            return
        packages.require(packages.NODE)
        clear(self.folder, keep=("owner.json",))
        with step("starting the cluster"):
            self._sandbox.start()
            with cache.locked(cache.root() / "network"):
                block = network.choose(self.folder)
                network.connect(self.folder, block, namespace_of=self._sandbox.pid)
            (self._sandbox.folder / "resolv.conf").touch()
            (self.folder / "network.json").write_text(json.dumps(asdict(block)))
            self._node.start_runtime()
            self.plane.start()
            self._node.start_kubelet()

    def stop(self) -> None:
        clear(self.folder)

    @cached_property
    def _network(self) -> Network:
        return Network(**json.loads((self.folder / "network.json").read_text()))

    @cached_property
    def _node(self) -> Node:
        return Node(self.plane, self._sandbox, self._network)


def clear_abandoned() -> None:
    """Clear what killed processes left behind."""
    for folder in folders.abandoned():
        say(f"clearing {folder.name}, left by a process that was killed")
        clear(folder)


def clear(folder: Path, *, keep: tuple[str, ...] = ()) -> None:
    """End every process of the cluster in `folder` and remove what is in it."""
    for daemon in folders.daemons(folder):
        if daemon.name != "node":
            daemon.stop(patience=2)
    Sandbox(folder).stop()
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in keep:
            cache.remove(path)
    if not keep and folder.is_dir():
        folder.rmdir()
