"""The PodDisruptionBudget of the bot's pods."""

from __future__ import annotations

from ritsuko_api.bot import RitsukoBot
from ritsuko_operator.render.context import RenderContext
from ritsuko_operator.render.manifest import Manifest, metadata, selector
from ritsuko_operator.render.templating import from_template


def disruption_budget(bot: RitsukoBot, context: RenderContext) -> Manifest | None:
    """The budget; None if the bot does not want one, or has one pod only, whose node could then not be drained."""
    several = bot.spec.replicas > 1 or context.scaled_to is not None
    if not (bot.spec.pod_disruption_budget.enabled and several):
        return None
    return from_template("disruption_budget.yaml.j2", metadata=metadata(bot, bot.metadata.name), selector=selector(bot))
