"""Docker, where its engine answers. Nothing of the user's is touched but what is built here, by its name."""

import shutil
import subprocess
from functools import cache as once
from pathlib import Path

from tools.commands import run


@once
def usable() -> bool:
    """Whether there is a docker command and an engine that answers it."""
    if not shutil.which("docker"):
        return False
    command = ["docker", "version", "--format", "{{.Server.Version}}"]
    try:
        return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def build(dockerfile: Path, context: Path, name: str) -> None:
    run("docker", "build", "--quiet", f"--file={dockerfile}", f"--tag={name}", str(context), timeout=1800)


def export(name: str, archive: Path) -> None:
    run("docker", "save", f"--output={archive}", name)


def push(name: str) -> None:
    run("docker", "push", "--quiet", name, timeout=1800)
