"""All manifests of one bot, in the order in which they are applied."""

from __future__ import annotations

from ritsuko_api.bot import RitsukoBot
from ritsuko_operator.render.config_map import config_map, mcp_config
from ritsuko_operator.render.context import RenderContext
from ritsuko_operator.render.deployment import deployment
from ritsuko_operator.render.disruption_budget import disruption_budget
from ritsuko_operator.render.headers import header_secret
from ritsuko_operator.render.manifest import Manifest
from ritsuko_operator.render.monitoring import pod_monitor, prometheus_rule
from ritsuko_operator.render.network_policy import network_policy
from ritsuko_operator.render.rbac import impersonator_binding, reader_binding, role, role_binding
from ritsuko_operator.render.select import SidecarSelection
from ritsuko_operator.render.service_account import service_account
from ritsuko_operator.render.tokens import token_secret


def render(bot: RitsukoBot, selection: SidecarSelection, context: RenderContext) -> list[Manifest]:
    """Everything that should exist for the bot, complete and canonical; what a pod needs comes before the pod.

    Raises `RenderError` if the schema accepted the bot but no manifests can be made of it.
    """
    children = (
        service_account(bot),
        role(bot),
        role_binding(bot),
        reader_binding(bot, selection, context),
        impersonator_binding(bot, selection, context),
        token_secret(bot, selection, context),
        header_secret(bot, selection, context),
        config_map(bot, selection),
        network_policy(bot),
        deployment(bot, selection, context),
        disruption_budget(bot, context),
        pod_monitor(bot),
        prometheus_rule(bot, context),
    )
    return [child for child in children if child is not None]


def config_revision(bot: RitsukoBot, selection: SidecarSelection) -> str:
    """The revision of the `mcp.json` that the bot should run."""
    revision = mcp_config(bot, selection).revision
    assert revision is not None, "`mcp_config` sets it"
    return revision
