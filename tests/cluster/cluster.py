"""Which kind of cluster this machine can run, and one way to get it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache as once
from pathlib import Path

from tests.cluster import binaries, debian, folders
from tests.cluster.client import Cluster
from tests.cluster.errors import ClusterError
from tests.cluster.kind import KindCluster
from tests.cluster.local import LocalCluster
from tests.cluster.plane import ControlPlane
from tools import cache, packages
from tools.images import buildah, docker
from tools.progress import say


@dataclass(frozen=True)
class Available:
    """What this machine can run; None means that it can, a text says why it can't."""

    control_plane: str | None
    node: str | None
    with_docker: bool


@once
def available() -> Available:
    return Available(
        control_plane=_why_no_control_plane(),
        node=None if docker.usable() else _why_no_local_node(),
        with_docker=docker.usable(),
    )


def named_cluster(name: str) -> Cluster:
    """The cluster `name`, running or not; it stays when this process ends, until `stop`.

    Raises:
        ClusterError: this machine can run no node; with the reason.
    """
    folder = folders.kept(name)
    return _existing(folder) if folder.exists() else _new(folder)


@contextmanager
def control_plane() -> Iterator[ControlPlane]:
    """A running control plane of one's own, without a node, gone at the end of the block.

    Raises:
        ClusterError: a part of it did not start; with the end of its log.
    """
    clear_abandoned()
    with ControlPlane(folders.owned()) as plane:
        yield plane


@contextmanager
def open_cluster() -> Iterator[Cluster]:
    """A running cluster of one's own, gone at the end of the block.

    Raises:
        ClusterError: this machine can run no node, or a part of it did not start.
    """
    clear_abandoned()
    cluster = _new(folders.owned())
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def clear_abandoned() -> None:
    """Clear what killed processes left behind."""
    with cache.locked(cache.root() / "clusters" / "abandoned"):
        for folder in folders.abandoned():
            say(f"clearing {folder.name}, left by a process that was killed")
            _existing(folder).stop()


def _new(folder: Path) -> Cluster:
    if reason := available().node:
        raise ClusterError(reason)
    return KindCluster(folder) if docker.usable() else LocalCluster(folder)


def _existing(folder: Path) -> Cluster:
    return KindCluster(folder) if KindCluster.made(folder) else LocalCluster(folder)


def _why_no_control_plane() -> str | None:
    if sys.platform != "linux":
        return f"the control plane's programs run on Linux, this is {sys.platform}"
    try:
        binaries.etcd()
    except ClusterError as error:
        return str(error)
    return None


def _why_no_local_node() -> str | None:
    if sys.platform != "linux":
        return f"no Docker engine answers, and only on Linux it works without, this is {sys.platform}"
    if os.geteuid() != 0:
        return "no Docker engine answers, and without one a node needs root"
    missing = packages.missing({**debian.NODE, **buildah.PACKAGES})
    if missing and not shutil.which("apt-get"):
        return f"no Docker engine answers, and a node without one needs {', '.join(missing)}"
    if not Path("/dev/kmsg").exists():
        return "no Docker engine answers, and this is a container without /dev/kmsg, in which no kubelet runs"
    probe = ["unshare", "--mount", "--net", "--pid", "--fork", "true"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        return "no Docker engine answers, and this machine permits no new namespaces"
    return None
