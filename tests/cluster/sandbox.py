"""Namespaces that a node lives in: its own mounts, network and processes.

All that a kubelet, containerd and their containers leave behind on a machine (mounts, interfaces, iptables rules,
processes) is inside. When process 1 ends, the kernel takes it all away, also after a kill that left no one to clean up.
Only cgroups are outside, under one cgroup of the cluster's own.
"""

import contextlib
import errno
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.cluster import network
from tests.cluster.daemons import Daemon
from tools import cache
from tools.packages import SYSTEM_PATH, program

_CGROUPS = Path("/sys/fs/cgroup")
_INIT = Path(__file__).parent / "sandbox_init.py"


class Sandbox:
    """The namespaces of the cluster in `folder`; `folder/node` is where the node keeps things."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "node"
        self.cgroup = f"/ritsuko-{network.identity(folder)}"
        self._init = Daemon(
            "node",
            folder,
            [
                *(program("unshare"), "--mount", "--net", "--pid", "--fork", "--kill-child"),
                *(sys.executable, "-I", str(_INIT), str(self.folder), str(cache.root())),
            ],
        )

    @property
    def alive(self) -> bool:
        return self._init.alive

    @property
    def pid(self) -> int:
        """A process in the sandbox's mount and network namespaces."""
        process = self._init.process
        assert process is not None, "the sandbox is not started"
        return process.pid

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        self._init.start()
        self._init.wait_until(ready.exists, timeout=10)
        for hierarchy in _hierarchies():
            (hierarchy / self.cgroup[1:]).mkdir(exist_ok=True)

    def stop(self) -> None:
        # the one in the middle, unshare, ignores requests; with it everything inside is killed
        self._init.kill()
        for hierarchy in _hierarchies():
            _remove_cgroup(hierarchy / self.cgroup[1:])

    def command(self, *command: str) -> list[str]:
        """`command`, as it is run inside."""
        namespaces = ("--mount", "--net", f"--pid=/proc/{self.pid}/ns/pid_for_children")
        return [program("nsenter"), f"--target={self.pid}", *namespaces, "--", *command]

    def daemon(self, name: str, *command: str) -> Daemon:
        """A daemon that runs inside; it finds the programs of a node (runc, mount, iptables) whatever PATH is here."""
        return Daemon(name, self.folder.parent, self.command(*command), {"PATH": SYSTEM_PATH})


def _hierarchies() -> list[Path]:
    """The root of every cgroup hierarchy: one with cgroup v2, one per controller with v1."""
    if (_CGROUPS / "cgroup.controllers").exists():
        return [_CGROUPS]
    return [path for path in _CGROUPS.glob("*") if path.is_dir() and not path.is_symlink()]


def _remove_cgroup(cgroup: Path) -> None:
    if not cgroup.exists():
        return
    deadline = time.monotonic() + 10
    for path in _bottom_up(cgroup):
        while True:
            try:
                path.rmdir()
                break
            except OSError as error:
                if error.errno != errno.EBUSY or time.monotonic() > deadline:
                    raise
            for pid in (path / "cgroup.procs").read_text().split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            time.sleep(0.02)


def _bottom_up(folder: Path) -> Iterator[Path]:
    for child in folder.iterdir():
        if child.is_dir():
            yield from _bottom_up(child)
    yield folder
