"""A cluster with a node, and what tests look at on this machine."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster import Cluster, archive, open_cluster
from tools.images.image import Image
from tools.packages import program


@pytest.fixture(scope="module")
def cluster(busybox: Image) -> Iterator[Cluster]:
    with open_cluster() as cluster:
        cluster.load(busybox)
        yield cluster


@pytest.fixture(scope="session")
def busybox(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """An image that has a shell and small programs, for pods to be probed from."""
    return busybox_image(tmp_path_factory.mktemp("image") / "busybox.tar", "ritsuko.local/busybox:1")


def busybox_image(target: Path, name: str, *, label: str = "/label") -> Image:
    files = {"/bin/busybox": Path(program("busybox")), "/bin/sh": Path(program("busybox")), label: Path(__file__)}
    archive.write(target, name=name, files=files, entrypoint=["/bin/busybox"])
    return Image(name, target)


def eventually(condition: Callable[[], bool], *, within: float, what: str) -> float:
    """Poll until the condition holds; the seconds that took."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < within, f"after {within} s still not: {what}"
        time.sleep(0.05)
    return time.monotonic() - started


def processes_of(folder: Path) -> dict[int, str]:
    """Every process on this machine whose command line names the folder."""
    found: dict[int, str] = {}
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if str(folder) in command:
            found[int(path.parent.name)] = command
    return found
