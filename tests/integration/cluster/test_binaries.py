"""Where the programs of Kubernetes come from."""

import hashlib
import threading
import urllib.error
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.cluster import ClusterError, binaries
from tools import gobuild


@pytest.fixture(autouse=True)
def cache_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for variable in ("RITSUKO_KUBERNETES_BIN", "KUBEBUILDER_ASSETS"):
        monkeypatch.delenv(variable, raising=False)
    return tmp_path / "cache" / "ritsuko"


@pytest.fixture
def releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Stands for the released downloads; yields the folder of our version's programs."""
    folder = tmp_path / "releases" / f"v{binaries.KUBERNETES_VERSION}" / "bin" / "linux" / "amd64"
    folder.mkdir(parents=True)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None: ...

    handler = partial(Quiet, directory=str(tmp_path / "releases"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setattr(binaries, "_RELEASES", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setattr(binaries.platform, "machine", lambda: "x86_64")
        yield folder
        server.shutdown()
        thread.join()


def publish(folder: Path, program: str, content: bytes, *, checksum_of: bytes | None = None) -> None:
    (folder / program).write_bytes(content)
    (folder / f"{program}.sha256").write_text(
        hashlib.sha256(content if checksum_of is None else checksum_of).hexdigest()
    )


def test_a_program_named_by_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    mine = tmp_path / "kubectl"
    mine.touch()
    monkeypatch.setenv("RITSUKO_KUBERNETES_BIN", str(tmp_path))
    assert binaries.kubernetes("kubectl") == str(mine)


def test_a_release_is_downloaded_once_and_kept(releases: Path):
    publish(releases, "kubectl", b"#!/bin/sh\n")
    program = Path(binaries.kubernetes("kubectl"))
    assert program.read_bytes() == b"#!/bin/sh\n"
    assert program.stat().st_mode & 0o100
    (releases / "kubectl.sha256").unlink()
    assert binaries.kubernetes("kubectl") == str(program)


def test_a_download_that_is_not_what_was_published_is_refused(releases: Path, cache_root: Path):
    publish(releases, "kubectl", b"tampered", checksum_of=b"original")
    with pytest.raises(ClusterError, match="checksum"):
        binaries.kubernetes("kubectl")
    assert not list(cache_root.rglob("kubectl"))


def test_without_the_releases_it_is_built(monkeypatch: pytest.MonkeyPatch):
    def unreachable(program: str, target: Path) -> None:
        raise urllib.error.URLError("no route")

    built: list[str] = []

    def build(module: Path, package: str, target: Path, *, ldflags: list[str]) -> None:
        built.append(package)
        assert f"gitVersion=v{binaries.KUBERNETES_VERSION}" in " ".join(ldflags)
        target.write_text("built")

    monkeypatch.setattr(binaries, "_download", unreachable)
    monkeypatch.setattr(gobuild, "build", build)
    assert Path(binaries.kubernetes("kubelet")).read_text() == "built"
    assert built == ["k8s.io/kubernetes/cmd/kubelet"]
