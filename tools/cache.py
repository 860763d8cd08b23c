"""The one folder outside the checkout that everything here lives in.

    <root>/bin/...        programs, by name and version
    <root>/images/...     image archives, by a hash of what they were built from
    <root>/clusters/NAME  the state of one cluster, removed by `down`

What is kept is installed by rename under a lock: a reader sees all of it or nothing, and two processes
that want the same thing do the work once.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from tools.progress import say


def root() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "ritsuko"


@contextmanager
def locked(path: Path) -> Generator[None]:
    """Hold an exclusive lock named after `path`; the kernel frees it when its holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another process that works on {path.name}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def install(target: Path, make: Callable[[Path], None], *, lock: Path | None = None) -> Path:
    """Return `target`, a file or folder; when it isn't there yet, let `make` write it at the path it is given.

    Args:
        lock: what is locked meanwhile, if not `target`: for names that change with what is made.
    """
    if target.exists():
        return target
    with locked(lock or target):
        if target.exists():
            return target
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as workspace:
            draft = Path(workspace) / target.name
            make(draft)
            os.replace(draft, target)
    return target


def remove(path: Path) -> None:
    """Remove a folder and all in it; being gone already is fine."""
    shutil.rmtree(path, ignore_errors=False) if path.is_dir() else path.unlink(missing_ok=True)
