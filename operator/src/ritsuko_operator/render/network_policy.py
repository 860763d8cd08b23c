"""The NetworkPolicy of the bot's pods."""

from __future__ import annotations

from ritsuko_api.bot import RitsukoBot
from ritsuko_operator.render.manifest import Manifest, metadata, selector
from ritsuko_operator.render.templating import from_template


def network_policy(bot: RitsukoBot) -> Manifest | None:
    """The NetworkPolicy; None if the bot does not ask for one."""
    servers_with_token = bot.spec.network_policy
    if not servers_with_token.enabled:
        return None
    return from_template(
        "network_policy.yaml.j2",
        metadata=metadata(bot, bot.metadata.name),
        selector=selector(bot),
        egress=servers_with_token.egress,
    )
