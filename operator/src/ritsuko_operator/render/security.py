"""The default security contexts: with them a pod passes Pod Security `restricted`."""

from __future__ import annotations

from typing import Any

POD: dict[str, Any] = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}

# The user is named here, not left to the image: many an image names none, which is root, or one by name, of which the
# kubelet cannot tell that it isn't root. With the root file system read-only, an image rarely cares who it runs as.
CONTAINER: dict[str, Any] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "runAsUser": 65532,
    "runAsGroup": 65532,
}
