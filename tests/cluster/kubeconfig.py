"""Kubeconfig files that stand alone: everything is in them, and nothing of the user's is read or changed."""

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.certificates import KeyPair


@dataclass(frozen=True)
class Credentials:
    """How a client proves who it is: a certificate or a bearer token."""

    pair: KeyPair | None = None
    token: str | None = None


def write(path: Path, *, server: str, authority: Path, credentials: Credentials, namespace: str = "default") -> Path:
    user: dict[str, str] = {}
    if credentials.pair:
        user["client-certificate-data"] = _encode(credentials.pair.certificate)
        user["client-key-data"] = _encode(credentials.pair.key)
    if credentials.token:
        user["token"] = credentials.token
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "ritsuko",
        "contexts": [{"name": "ritsuko", "context": {"cluster": "ritsuko", "user": "ritsuko", "namespace": namespace}}],
        "clusters": [
            {"name": "ritsuko", "cluster": {"server": server, "certificate-authority-data": _encode(authority)}}
        ],
        "users": [{"name": "ritsuko", "user": user}],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, indent=2)  # JSON is YAML
    return path


def _encode(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
