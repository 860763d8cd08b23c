"""Volumes and mounts of single containers: which are ours, and how they go together with the user's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ritsuko_api.sidecar import McpSidecar, Transport
from ritsuko_operator.render.presets import uses_service_account

Json = dict[str, Any]

CONFIG = "mcp-config"
TOKENS = "mcp-tokens"
HEADERS = "mcp-headers"
BRIDGE = "mcp-bridge"
SERVICE_ACCOUNT = "service-account-token"
BOT_TMP = "tmp"
RESERVED_VOLUMES = frozenset({CONFIG, TOKENS, HEADERS, BRIDGE, SERVICE_ACCOUNT, BOT_TMP})

CONFIG_PATH = "/etc/ritsuko/mcp"
TOKENS_PATH = "/etc/ritsuko/tokens"
HEADERS_PATH = "/etc/ritsuko/headers"
BRIDGE_PATH = "/ritsuko/bin"
SERVICE_ACCOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount"
TMP_PATH = "/tmp"

SERVICE_ACCOUNT_MOUNT: Json = {"name": SERVICE_ACCOUNT, "mountPath": SERVICE_ACCOUNT_PATH, "readOnly": True}


def sidecar_volumes(sidecar: McpSidecar) -> list[Json]:
    """The volumes that a sidecar brings to the pod: its own, and an empty /tmp if it mounts none itself."""
    volumes: list[Json] = [*sidecar.spec.volumes]
    if sidecar.spec.remote:
        return volumes
    if TMP_PATH not in mounted_paths(sidecar.spec.volume_mounts):
        volumes.append({"name": _tmp_of(sidecar), "emptyDir": {}})
    return volumes


def sidecar_mounts(sidecar: McpSidecar) -> list[Json]:
    """The mounts of a sidecar's container: where it mounts something of its own, we do not."""
    ours: list[Json] = [{"name": _tmp_of(sidecar), "mountPath": TMP_PATH}]
    if uses_service_account(sidecar):
        ours.append(SERVICE_ACCOUNT_MOUNT)
    if sidecar.spec.transport is Transport.STDIO:
        ours.append({"name": BRIDGE, "mountPath": BRIDGE_PATH, "readOnly": True})
    return with_defaults(sidecar.spec.volume_mounts, ours)


def with_defaults(mounts: Sequence[Mapping[str, Any]], defaults: Iterable[Json]) -> list[Json]:
    """The mounts, and those of the defaults at whose path there is none."""
    taken = mounted_paths(mounts)
    return [*(dict(mount) for mount in mounts), *(mount for mount in defaults if mount["mountPath"] not in taken)]


def mounted_paths(mounts: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The paths of the mounts, without trailing slashes."""
    return frozenset(mount["mountPath"].rstrip("/") for mount in mounts)


def by_name(volumes: Iterable[Mapping[str, Any]]) -> dict[str, Json]:
    """The volumes by name; of several with one name, the first."""
    found: dict[str, Json] = {}
    for volume in volumes:
        found.setdefault(volume["name"], dict(volume))
    return found


def _tmp_of(sidecar: McpSidecar) -> str:
    return f"tmp-{sidecar.metadata.name}"
