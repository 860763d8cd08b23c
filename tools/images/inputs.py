"""What an image is built from: the files that its Dockerfile copies, and nothing else of the repository."""

import hashlib
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

from tools.errors import BuildError

_NEVER = {"__pycache__", ".git", ".venv", ".pytest_cache", ".ruff_cache"}


def copied(dockerfile: Path, context: Path) -> list[Path]:
    """The files of `context` that the Dockerfile's COPY and ADD lines name, relative to it.

    Raises:
        BuildError: a line names something that isn't there.
    """
    found: set[Path] = set()
    for pattern in _sources(dockerfile):
        matches = list(context.glob(pattern.strip("/"))) if pattern.strip("./") else [context]
        if not matches:
            raise BuildError(f"{dockerfile} copies {pattern}, and there is no such file in {context}")
        for match in matches:
            found.update(path.relative_to(context) for path in _files(match))
    return sorted(found)


def fingerprint(dockerfile: Path, context: Path, files: list[Path], *more: str) -> str:
    """Twelve hexadecimal digits that change whenever the image would."""
    digest = hashlib.sha256()
    for part in (dockerfile.read_text(), *more):
        digest.update(part.encode() + b"\0")
    for file in files:
        executable = (context / file).stat().st_mode & 0o100
        digest.update(f"{file} {executable}\0".encode())
        digest.update(hashlib.sha256((context / file).read_bytes()).digest())
    return digest.hexdigest()[:12]


def stage(files: list[Path], context: Path, target: Path) -> None:
    """Copy `files` to `target`: what is sent to the build is exactly what the fingerprint saw."""
    for file in files:
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(context / file, target / file)


def _sources(dockerfile: Path) -> Iterator[str]:
    for line in dockerfile.read_text().replace("\\\n", " ").splitlines():
        instruction, _, rest = line.strip().partition(" ")
        if instruction.upper() not in ("COPY", "ADD"):
            continue
        words = shlex.split(rest)
        if not any(word.startswith("--from=") for word in words):
            yield from [word for word in words if not word.startswith("--")][:-1]


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    elif path.name not in _NEVER and not path.name.endswith(".egg-info"):
        for child in path.iterdir():
            yield from _files(child)
