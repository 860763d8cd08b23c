"""The HTTP bridge in front of servers that speak MCP over their standard input and output.

An init container copies it into an empty volume; the sidecar's own image then runs it with its command as the child.
"""

from __future__ import annotations

from typing import Any

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.sidecar import McpSidecar, Transport
from ritsuko_operator.render import mounts, security
from ritsuko_operator.render.context import RenderContext
from ritsuko_operator.render.images import bridge_image

# Not `mcp-bridge`: that is the container of a sidecar called `bridge`.
CONTAINER = "bridge"
_IN_ITS_IMAGE = "/ritsuko-mcp-bridge"
_INSTALLED = f"{mounts.BRIDGE_PATH}/ritsuko-mcp-bridge"
_RESOURCES = {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "64Mi"}}


def bridge_container(bot: RitsukoBot, sidecars: list[McpSidecar], context: RenderContext) -> dict[str, Any] | None:
    """The init container; None if none of the sidecars with a container needs it."""
    if not any(sidecar.spec.transport is Transport.STDIO for sidecar in sidecars):
        return None
    return {
        "name": CONTAINER,
        "image": bridge_image(context),
        "pull_policy": bot.spec.mcp_sidecars.defaults.image_pull_policy,
        "command": [_IN_ITS_IMAGE, "install", _INSTALLED],
        "resources": _RESOURCES,
        "security_context": security.CONTAINER,
        "mounts": [{"name": mounts.BRIDGE, "mountPath": mounts.BRIDGE_PATH}],
    }


def bridged_command(sidecar: McpSidecar) -> list[str]:
    """The command of a container whose own command speaks MCP over stdio."""
    return [_INSTALLED, "serve", "--", *sidecar.spec.command, *sidecar.spec.args]
