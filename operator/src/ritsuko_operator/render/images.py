"""Which images run: what the resources say, else our own at the operator's version."""

from __future__ import annotations

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.sidecar import McpSidecar
from ritsuko_operator.render.context import RenderContext
from ritsuko_operator.render.presets import server_of

_BOT = "ritsuko-bot"
_BRIDGE = "ritsuko-mcp-bridge"


def bot_version(bot: RitsukoBot, context: RenderContext) -> str:
    """The version that the bot's pods should run."""
    return bot.spec.image.tag or context.operator_version


def bot_image(bot: RitsukoBot, context: RenderContext) -> str:
    image = bot.spec.image
    repository = image.repository or f"{context.image_repository}/{_BOT}"
    return f"{repository}@{image.digest}" if image.digest else f"{repository}:{bot_version(bot, context)}"


def bridge_image(context: RenderContext) -> str:
    return f"{context.image_repository}/{_BRIDGE}:{context.operator_version}"


def sidecar_image(sidecar: McpSidecar, context: RenderContext) -> str:
    server = server_of(sidecar)
    if sidecar.spec.image is not None:
        return sidecar.spec.image
    assert server is not None, "`accept` refuses a sidecar with neither"
    return f"{context.image_repository}/{server.image}:{context.operator_version}"
