"""The environment variables of the bot's container and of the sidecars'."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.sidecar import McpSidecar, Transport
from ritsuko_operator.render import tokens
from ritsuko_operator.render.config_map import FILE, local_url
from ritsuko_operator.render.context import RenderContext
from ritsuko_operator.render.images import bot_version
from ritsuko_operator.render.manifest import token_secret_name
from ritsuko_operator.render.mounts import CONFIG_PATH
from ritsuko_operator.render.presets import acts_as_the_user, port_of
from ritsuko_operator.render.select import SidecarSelection

Variable = dict[str, Any]


def bot_environment(bot: RitsukoBot, selection: SidecarSelection, context: RenderContext) -> list[Variable]:
    """What the bot's container gets, the user's own last."""
    secret = bot.spec.zulip.credentials_secret.name
    site = bot.spec.zulip.site
    ours = [
        _plain("LOG_LEVEL", bot.spec.log_level),
        _plain("RITSUKO_VERSION", bot_version(bot, context)),
        _plain("RITSUKO_BOT", bot.metadata.name),
        _plain("RITSUKO_CONFIG", f"{CONFIG_PATH}/{FILE}"),
        _of_the_pod("POD_NAME", "metadata.name"),
        _of_the_pod("POD_NAMESPACE", "metadata.namespace"),
        _of_the_pod("POD_UID", "metadata.uid"),
        _from_secret("ZULIP_EMAIL", secret, "ZULIP_EMAIL"),
        _from_secret("ZULIP_API_KEY", secret, "ZULIP_API_KEY"),
        _plain("ZULIP_SITE", site) if site else _from_secret("ZULIP_SITE", secret, "ZULIP_SITE"),
        *(_plain(_url_variable(sidecar), local_url(sidecar)) for sidecar in selection.in_pod(context.left_out)),
    ]
    return merged(ours, bot.spec.env)


def sidecar_environment(bot: RitsukoBot, sidecar: McpSidecar, context: RenderContext) -> list[Variable]:
    """What a sidecar's container gets: ours, then the bot's defaults for all sidecars, then its own."""
    ours = [_plain("MCP_PORT", str(port_of(sidecar))), _plain("LOG_LEVEL", bot.spec.log_level)]
    if sidecar.spec.with_token:
        key = tokens.current_key(sidecar.metadata.name, context)
        ours.append(_from_secret("MCP_AUTH_TOKEN", token_secret_name(bot), key))
        # The name that the bot signs its users' assertions for, whatever the server calls itself.
        ours.append(_plain("MCP_SERVER_NAME", sidecar.metadata.name))
    if sidecar.spec.transport is Transport.STDIO:
        ours.append(_plain("MCP_PATH", sidecar.spec.path))
    if acts_as_the_user(bot, sidecar):
        ours.append(_plain("RITSUKO_IMPERSONATION", "true"))
    return merged(ours, bot.spec.mcp_sidecars.defaults.env, sidecar.spec.env)


def merged(*layers: Iterable[Mapping[str, Any]]) -> list[Variable]:
    """The variables of all layers, each name once: the last layer that has it wins, and keeps its place.

    The order matters to `$(NAME)` in a value, which may only speak of variables that stand before it.
    """
    found: dict[str, Variable] = {}
    for layer in layers:
        for variable in layer:
            found.pop(variable["name"], None)
            found[variable["name"]] = dict(variable)
    return list(found.values())


def _url_variable(sidecar: McpSidecar) -> str:
    return f"MCP_{sidecar.metadata.name.upper().replace('-', '_')}_URL"


def _plain(name: str, value: str) -> Variable:
    return {"name": name, "value": value}


def _from_secret(name: str, secret: str, key: str) -> Variable:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def _of_the_pod(name: str, path: str) -> Variable:
    return {"name": name, "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": path}}}
