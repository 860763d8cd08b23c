"""What can be asked of any cluster here, however it was made."""

import subprocess
from abc import ABC, abstractmethod
from pathlib import Path

import yaml

from tests.cluster import binaries, kubeconfig
from tests.cluster.api import Api
from tests.cluster.certificates import KeyPair
from tests.cluster.errors import ClusterError
from tests.cluster.kubeconfig import Credentials
from tools.images.image import Image


class Client:
    """The administrator's access to the cluster whose files are in `folder`, readable by this user only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig"
        self.ca_file = folder / "pki" / "ca.crt"
        self.admin = KeyPair(folder / "pki" / "admin.crt", folder / "pki" / "admin.key")

    @property
    def url(self) -> str:
        """Of the apiserver, as seen from this machine."""
        return yaml.safe_load(self.kubeconfig.read_text())["clusters"][0]["cluster"]["server"]

    @property
    def api(self) -> Api:
        """The apiserver, asked as the administrator."""
        return Api(self.url, authority=self.ca_file, pair=self.admin)

    def kubectl(self, *arguments: str, input: str | None = None, timeout: float = 60) -> str:
        """Run kubectl as the administrator and return what it printed.

        Raises:
            ClusterError: it failed; with what it said.
        """
        command = [binaries.kubernetes("kubectl"), f"--kubeconfig={self.kubeconfig}", *arguments]
        result = subprocess.run(command, input=input, capture_output=True, text=True, timeout=timeout, check=False)
        if result.returncode:
            raise ClusterError(f"kubectl {' '.join(arguments)}: {result.stderr.strip()}")
        return result.stdout

    def token_for_serviceaccount(self, namespace: str, name: str, *, seconds: int = 24 * 3600) -> str:
        """A token of a ServiceAccount that exists, good for `seconds`."""
        request = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": seconds},
        }
        answer = self.api.request("POST", f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token", request)
        return answer["status"]["token"]

    def kubeconfig_for_serviceaccount(self, namespace: str, name: str, *, seconds: int = 24 * 3600) -> Path:
        """A kubeconfig of a ServiceAccount that exists, with a token that is good for `seconds`."""
        credentials = Credentials(token=self.token_for_serviceaccount(namespace, name, seconds=seconds))
        return self._write_kubeconfig(f"sa-{namespace}-{name}", credentials, namespace=namespace)

    def _write_kubeconfig(self, name: str, credentials: Credentials, *, namespace: str = "default") -> Path:
        return kubeconfig.write(
            self.folder / "kubeconfigs" / name,
            server=self.url,
            authority=self.ca_file,
            credentials=credentials,
            namespace=namespace,
        )


class Cluster(Client, ABC):
    """A cluster with a node that runs containers."""

    @property
    @abstractmethod
    def running(self) -> bool: ...

    @property
    @abstractmethod
    def host_address(self) -> str:
        """Where pods reach what runs on this machine."""

    @property
    def bind_address(self) -> str:
        """What a program on this machine binds to be reached at `host_address`."""
        return self.host_address

    @abstractmethod
    def start(self) -> None:
        """Start from nothing, or return at once when it runs; what is half dead is cleared first.

        Raises:
            ClusterError: a part of it did not start; with the end of its log.
        """

    @abstractmethod
    def stop(self) -> None:
        """End it and remove everything of it; fine when it doesn't run."""

    @abstractmethod
    def load(self, *images: Image) -> None:
        """Make images known to the node; what it has already is skipped."""
