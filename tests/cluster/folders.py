"""One folder per cluster, and who owns it.

A cluster of a test belongs to the process that made it: when that process is gone, the next one that makes a cluster
clears what it left behind. A cluster made by `python -m tests.cluster up` has no owner and stays until `down`.
What is cleared is found by what the folder says, never by name.
"""

import json
from dataclasses import asdict
from pathlib import Path
from uuid import uuid4

from tests.cluster.daemons import Daemon, ProcessId
from tools import cache


def all_clusters() -> list[Path]:
    folder = cache.root() / "clusters"
    return sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def kept(name: str) -> Path:
    """The folder of the cluster `name` that outlives the process that made it."""
    return cache.root() / "clusters" / name


def owned() -> Path:
    """A new folder that belongs to this process."""
    folder = cache.root() / "clusters" / f"test-{uuid4().hex[:8]}"
    folder.mkdir(parents=True, mode=0o700)
    (folder / "owner.json").write_text(json.dumps(asdict(ProcessId.own())))
    return folder


def abandoned() -> list[Path]:
    """The folders whose owner is gone."""
    return [folder for folder in all_clusters() if _owner_is_gone(folder)]


def daemons(folder: Path) -> list[Daemon]:
    """What was started for the cluster in `folder` and not ended since."""
    return [Daemon(record.stem, folder) for record in sorted((folder / "run").glob("*.json"))]


def _owner_is_gone(folder: Path) -> bool:
    try:
        owner = json.loads((folder / "owner.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return False  # kept, or being made right now
    return not ProcessId(**owner).alive
