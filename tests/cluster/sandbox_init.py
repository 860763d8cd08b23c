"""Process 1 of the node's namespaces (run by path, on nothing but the standard library).

It gives the node its own view of a few folders and kernel settings, writes `<folder>/ready`, and then buries the dead:
whoever is orphaned in a pid namespace becomes its child.

Usage: sandbox_init.py FOLDER KEEP, where KEEP is a folder that has to stay visible whatever is covered.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

# what programs of a node write to at fixed places; nothing of it may reach the machine's own folders
_COVERED = ("run", "var/lib", "var/log")
_ON_DISK = ("var/lib/containerd", "var/lib/kubelet")

# what the kubelet insists on; those are settings of the whole machine, so it is shown files that already agree
_KERNEL = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}


def main(folder: Path, keep: Path) -> None:
    mount("--make-rshared", "/")
    mount("-t", "proc", "proc", "/proc")
    cover_folders(folder, keep)
    cover_kernel_settings(Path("/run/kernel"))
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    (folder / "ready").touch()

    signal.signal(signal.SIGCHLD, lambda *_: None)  # the default disposition would not wake sigwait
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while True:
        signal.sigwait({signal.SIGCHLD})
        bury_the_dead()


def cover_folders(folder: Path, keep: Path) -> None:
    view = folder / "view"
    view.mkdir(exist_ok=True)
    mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", str(view))
    for name in (*_COVERED, *_ON_DISK):
        (view / name).mkdir(parents=True, exist_ok=True)
    for name in _ON_DISK:
        disk = folder / Path(name).name
        disk.mkdir(exist_ok=True)
        mount("--bind", str(disk), str(view / name))
    if any(keep.is_relative_to(f"/{name}") for name in _COVERED):
        again = view / keep.relative_to("/")
        again.mkdir(parents=True, exist_ok=True)
        mount("--bind", str(keep), str(again))
    for name in reversed(_COVERED):
        mount("--rbind", str(view / name), f"/{name}")


def cover_kernel_settings(folder: Path) -> None:
    folder.mkdir()
    for name, value in _KERNEL.items():
        file = folder / name.replace("/", ".")
        file.write_text(f"{value}\n")
        mount("--bind", str(file), f"/proc/sys/{name}")


def bury_the_dead() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
