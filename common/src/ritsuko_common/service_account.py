"""What the kubelet gives a pod to reach its API server: an address, and the files that prove who is who.

https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path("/var/run/secrets/kubernetes.io/serviceaccount")


class ServiceAccountError(Exception):
    """A file of the ServiceAccount is missing or cannot be used. The message is for people."""


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """The API server's `address` (scheme, host and port) and the `folder` of the mounted files.

    The kubelet replaces the token while the pod runs, so it is read again for each request: 20 us from a tmpfs.
    """

    address: str
    folder: Path

    @classmethod
    def of_pod(cls, environ: Mapping[str, str], folder: Path | None = None) -> ServiceAccount | None:
        """The pod's own; None outside a pod, and in a pod without a token.

        The address is the one of the Service, not its name: it works while the cluster's DNS does not.
        """
        folder = folder or FOLDER
        host, port = environ.get("KUBERNETES_SERVICE_HOST", ""), environ.get("KUBERNETES_SERVICE_PORT", "443")
        if not host or not (folder / "token").is_file():
            return None
        return cls(f"https://{f'[{host}]' if ':' in host else host}:{port}", folder)

    @property
    def authority(self) -> Path:
        """The file with the certificates that the API server's one is checked against."""
        return self.folder / "ca.crt"

    @property
    def namespace(self) -> str | None:
        """The pod's namespace, if it is mounted."""
        try:
            return (self.folder / "namespace").read_text().strip() or None
        except OSError:
            return None

    def token(self) -> str:
        """The token as it is now. Raises `ServiceAccountError`."""
        path = self.folder / "token"
        try:
            return path.read_text().strip()
        except OSError as error:
            raise ServiceAccountError(f"{path} cannot be read: {error.strerror}") from error

    def tls(self) -> ssl.SSLContext:
        """Trusts the cluster's authority alone. Raises `ServiceAccountError`."""
        try:
            return ssl.create_default_context(cafile=self.authority)
        except OSError as error:
            raise ServiceAccountError(
                f"{self.authority} cannot be used: {error}; mount the ServiceAccount's token"
            ) from error
