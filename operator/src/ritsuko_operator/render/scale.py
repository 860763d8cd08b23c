"""How many pods a bot is meant to have."""

from __future__ import annotations

from ritsuko_api.bot import RitsukoBot


def desired_pods(bot: RitsukoBot, scaled_to: int | None) -> int:
    """The number that is in effect. `scaled_to` is what an autoscaler of the Deployment wants, if there is one.

    Suspended is suspended no matter who decides.
    """
    if bot.spec.suspend:
        return 0
    return bot.spec.replicas if scaled_to is None else scaled_to
