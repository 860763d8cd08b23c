"""The servers that come with Ritsuko, and what a sidecar that names one of them need not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.sidecar import McpSidecar, Preset


@dataclass(frozen=True)
class Server:
    """One of our servers."""

    image: str  # without registry and tag
    port: int
    port_name: str
    reads_cluster: bool


SERVERS: Mapping[Preset, Server] = {
    Preset.KUBERNETES: Server("ritsuko-mcp-kubernetes", 8081, "mcp-k8s", reads_cluster=True),
    Preset.PROMETHEUS: Server("ritsuko-mcp-prometheus", 8082, "mcp-prom", reads_cluster=False),
    Preset.LOGS: Server("ritsuko-mcp-logs", 8083, "mcp-logs", reads_cluster=True),
}


def server_of(sidecar: McpSidecar) -> Server | None:
    """Our server that the sidecar names, if it names one."""
    return SERVERS[sidecar.spec.server] if sidecar.spec.server is not None else None


def port_of(sidecar: McpSidecar) -> int | None:
    """The port that the sidecar listens on; None only for a resource that the schema would refuse today."""
    server = server_of(sidecar)
    return sidecar.spec.port or (server.port if server else None)


def port_name_of(sidecar: McpSidecar) -> str:
    """The name of that port."""
    server = server_of(sidecar)
    return sidecar.spec.port_name or (server.port_name if server else f"mcp-{sidecar.spec.port}")


def uses_service_account(sidecar: McpSidecar) -> bool:
    """Whether the ServiceAccount's token is mounted into the sidecar's container."""
    if sidecar.spec.mount_service_account_token is not None:
        return sidecar.spec.mount_service_account_token
    server = server_of(sidecar)
    return server is not None and server.reads_cluster


def acts_as_the_user(bot: RitsukoBot, sidecar: McpSidecar) -> bool:
    """Whether the server asks the apiserver in the name of the person who asked it."""
    return bot.spec.rbac.impersonation and sidecar.spec.server is Preset.KUBERNETES and uses_service_account(sidecar)
