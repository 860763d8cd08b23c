"""Debian packages, installed when missing.

Callers name what they need as a mapping: a program (or an absolute path) that the package brings -> the package.
"""

import os
import shutil
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tools.errors import BuildError
from tools.progress import step

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def program(name: str) -> str:
    """The path of an installed program; the system's folders are searched even where PATH has no sbin."""
    if found := shutil.which(name, path=f"{SYSTEM_PATH}:{os.environ.get('PATH', '')}"):
        return found
    raise BuildError(f"{name} is not installed")


def missing(needed: Mapping[str, str]) -> list[str]:
    return sorted({package for thing, package in needed.items() if not _is_there(thing)})


def require(needed: Mapping[str, str]) -> None:
    """Install what is missing.

    Raises:
        BuildError: this isn't Debian (or Ubuntu), or not root; with the names of the packages.
    """
    packages = missing(needed)
    if not packages:
        return
    names = " ".join(packages)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise BuildError(f"missing on this machine: {names}. As root: apt-get install {names}")
    with step(f"installing the Debian packages {names}"):
        if not _apt("install", packages):
            _apt("update", [])
            if not _apt("install", packages):
                raise BuildError(f"apt-get install {names} failed; run it by hand to see why")


def _is_there(thing: str) -> bool:
    if thing.startswith("/"):
        return Path(thing).exists()
    return shutil.which(thing, path=SYSTEM_PATH) is not None


def _apt(verb: str, packages: list[str]) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", verb, "-y", "-q", "--no-install-recommends", *packages]
    with _without_services():
        return subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode == 0


@contextmanager
def _without_services() -> Generator[None]:
    """Install programs only: Debian would start the service that comes with one (see invoke-rc.d(8))."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()
