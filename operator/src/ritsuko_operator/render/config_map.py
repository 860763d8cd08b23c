"""The ConfigMap with `mcp.json`: the servers that the bot talks to."""

from __future__ import annotations

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.config import HttpServer, McpConfig, dump, with_revision
from ritsuko_api.sidecar import McpSidecar
from ritsuko_operator.render import headers
from ritsuko_operator.render.manifest import Manifest, config_map_name, metadata
from ritsuko_operator.render.mounts import HEADERS_PATH, TOKENS_PATH
from ritsuko_operator.render.presets import port_of
from ritsuko_operator.render.select import SidecarSelection
from ritsuko_operator.render.templating import from_template

FILE = "mcp.json"


def mcp_config(bot: RitsukoBot, selection: SidecarSelection) -> McpConfig:
    """The content of the file, with its revision."""
    config = McpConfig(
        mcpEnabled=bot.spec.mcp_sidecars.enabled,
        channels=bot.spec.zulip.channels,
        access=bot.spec.access,
        mcpServers={sidecar.metadata.name: _server(sidecar) for sidecar in selection.accepted},
    )
    return with_revision(config)


def config_map(bot: RitsukoBot, selection: SidecarSelection) -> Manifest:
    return from_template(
        "config_map.yaml.j2",
        metadata=metadata(bot, config_map_name(bot)),
        file=FILE,
        text=dump(mcp_config(bot, selection)),
    )


def local_url(sidecar: McpSidecar) -> str:
    """Where the bot reaches a sidecar with a container."""
    return f"http://localhost:{port_of(sidecar)}{sidecar.spec.path}"


def _server(sidecar: McpSidecar) -> HttpServer:
    name, spec = sidecar.metadata.name, sidecar.spec
    return HttpServer(
        url=spec.url or local_url(sidecar),
        tokenFile=f"{TOKENS_PATH}/{name}" if spec.with_token else None,
        headerFiles={header.name: f"{HEADERS_PATH}/{headers.key(name, header.name)}" for header in spec.headers},
        tools=spec.tools,
    )
