"""Clusters made of plain processes on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import cache, folders
from .control_plane import ControlPlane
from .progress import say


@contextmanager
def control_plane() -> Iterator[ControlPlane]:
    """A control plane of one's own, without a node, gone at the end of the block."""
    clear_abandoned()
    with ControlPlane(folders.owned()) as plane:
        yield plane


def clear_abandoned() -> None:
    """Clear what killed processes left behind."""
    for folder in folders.abandoned():
        say(f"clearing {folder.name}, left by a process that was killed")
        clear(folder)


def clear(folder: Path) -> None:
    """End every process of the cluster in `folder` and remove the folder."""
    for daemon in folders.daemons(folder):
        daemon.stop(patience=2)
    cache.remove(folder)
