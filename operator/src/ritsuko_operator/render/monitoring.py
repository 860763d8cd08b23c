"""What the Prometheus operator (monitoring.coreos.com/v1) gets: where the metrics are, and what to alert on."""

from __future__ import annotations

from ritsuko_api.bot import RitsukoBot
from ritsuko_operator.render.alerts import alerts
from ritsuko_operator.render.context import RenderContext
from ritsuko_operator.render.manifest import Manifest, metadata, selector
from ritsuko_operator.render.scale import desired_pods
from ritsuko_operator.render.templating import from_template


def pod_monitor(bot: RitsukoBot) -> Manifest | None:
    """The PodMonitor; None if the bot does not ask for one."""
    if not bot.spec.monitoring.pod_monitor:
        return None
    return from_template("pod_monitor.yaml.j2", metadata=metadata(bot, bot.metadata.name), selector=selector(bot))


def prometheus_rule(bot: RitsukoBot, context: RenderContext) -> Manifest | None:
    """The PrometheusRule; None if the bot does not ask for one, or is not meant to run."""
    if not bot.spec.monitoring.prometheus_rule or desired_pods(bot, context.scaled_to) == 0:
        return None
    return from_template("prometheus_rule.yaml.j2", metadata=metadata(bot, bot.metadata.name), rules=alerts(bot))
