"""Clusters made by kind, in containers of Docker's."""

import base64
import json
import platform
import shutil
from pathlib import Path

import yaml

from tests.cluster import network
from tests.cluster.client import Cluster
from tools import cache, gobuild
from tools.commands import run
from tools.images.image import Image
from tools.progress import step

CONFIG = Path(__file__).parent / "kind.yaml"
_VERSION = "0.30.0"
_MODULE = Path(__file__).parent / "golang" / "kind"


def program() -> str:
    """The path of a kind: the one that is installed, or one built from its Go module."""
    if installed := shutil.which("kind"):
        return installed
    target = cache.root() / "build" / f"kind-{_VERSION}" / "kind"
    return str(cache.install(target, lambda draft: gobuild.build(_MODULE, "sigs.k8s.io/kind", draft)))


class KindCluster(Cluster):
    """A cluster of kind's; what we keep of it is in `folder`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._name = f"ritsuko-{network.identity(folder)}"

    @staticmethod
    def made(folder: Path) -> bool:
        """Whether the cluster in `folder` is one of kind's."""
        return (folder / "kind").exists()

    @property
    def running(self) -> bool:
        return self.ca_file.exists() and self.api.answers("/readyz")

    @property
    def host_address(self) -> str:
        if platform.system() == "Linux":
            return self.bind_address
        # Docker Desktop runs the engine in a machine of its own, and tells containers by this name how to get out
        found = run("docker", "exec", f"{self._name}-control-plane", "getent", "ahostsv4", "host.docker.internal")
        return found.split()[0]

    @property
    def bind_address(self) -> str:
        if platform.system() != "Linux":
            return "127.0.0.1"
        networks = json.loads(run("docker", "network", "inspect", "kind"))
        gateways = [config.get("Gateway", "") for config in networks[0]["IPAM"]["Config"]]
        return next(gateway for gateway in gateways if "." in gateway)

    def load(self, *images: Image) -> None:
        for image in images:
            with step(f"loading {image.name}"):
                run(program(), "load", "image-archive", str(image.archive), f"--name={self._name}")

    def start(self) -> None:
        if self.running:
            return
        self._delete()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.folder / "kind").touch()
        with step("starting the cluster with kind"):
            run(
                *(program(), "create", "cluster", f"--name={self._name}", f"--config={CONFIG}", "--wait=180s"),
                # never the user's own
                f"--kubeconfig={self.kubeconfig}",
            )
            self._unpack_credentials()

    def stop(self) -> None:
        self._delete()
        if self.folder.exists():
            cache.remove(self.folder)

    def _delete(self) -> None:
        scratch = self.folder / "kubeconfig.deleted"
        run(program(), "delete", "cluster", f"--name={self._name}", f"--kubeconfig={scratch}")

    def _unpack_credentials(self) -> None:
        config = yaml.safe_load(self.kubeconfig.read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.ca_file.parent.mkdir(exist_ok=True, mode=0o700)
        for path, encoded in (
            (self.ca_file, cluster["certificate-authority-data"]),
            (self.admin.certificate, user["client-certificate-data"]),
            (self.admin.key, user["client-key-data"]),
        ):
            path.write_bytes(base64.b64decode(encoded))
