"""The ServiceAccount that the bot's pod runs as."""

from __future__ import annotations

from ritsuko_api.bot import RitsukoBot
from ritsuko_operator.render.manifest import Manifest, metadata, service_account_name
from ritsuko_operator.render.templating import from_template


def service_account(bot: RitsukoBot) -> Manifest | None:
    """The ServiceAccount, or None if the bot uses one that exists."""
    if not bot.spec.service_account.create:
        return None
    return from_template(
        "service_account.yaml.j2",
        metadata={
            **metadata(bot, service_account_name(bot)),
            "annotations": bot.spec.service_account.annotations,
        },
    )
