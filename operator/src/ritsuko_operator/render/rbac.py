"""What the bot's pod may do: keep its Lease, write its own status, read what its servers show, act as who asks."""

from __future__ import annotations

from ritsuko_api import GROUP
from ritsuko_api.bot import PLURAL, RbacScope, RitsukoBot
from ritsuko_operator.render.context import RenderContext
from ritsuko_operator.render.errors import RenderError
from ritsuko_operator.render.manifest import Manifest, cluster_metadata, metadata, service_account_name
from ritsuko_operator.render.presets import acts_as_the_user, uses_service_account
from ritsuko_operator.render.select import SidecarSelection
from ritsuko_operator.render.templating import from_template


def role(bot: RitsukoBot) -> Manifest:
    """The right to hold the Lease and to report what the bot runs, for this one bot."""
    name = bot.metadata.name
    return from_template("role.yaml.j2", metadata=metadata(bot, name), bot=name, group=GROUP, plural=PLURAL)


def role_binding(bot: RitsukoBot) -> Manifest:
    return _binding(bot, "RoleBinding", metadata(bot, bot.metadata.name), role_kind="Role", role_name=bot.metadata.name)


def reader_binding(bot: RitsukoBot, selection: SidecarSelection, context: RenderContext) -> Manifest | None:
    """The binding to the reader role; None if nothing may be read, or no container but the bot's could use it.

    Raises `RenderError` if the operator, being installed for some namespaces only, cannot grant the whole cluster.
    """
    scope = bot.spec.rbac.scope
    if scope is RbacScope.NONE or not any(map(uses_service_account, selection.accepted)):
        return None
    if scope is RbacScope.NAMESPACE:
        kind, meta = "RoleBinding", metadata(bot, f"{bot.metadata.name}-reader")
    elif context.reader_kind == "Role":
        raise RenderError(
            "rbac.scope is Cluster, but this operator has permissions in its namespaces only: set it to "
            "Namespace or None"
        )
    else:
        kind = "ClusterRoleBinding"
        meta = cluster_metadata(bot, f"ritsuko:{bot.metadata.namespace}:{bot.metadata.name}-reader")
    return _binding(bot, kind, meta, role_kind=context.reader_kind, role_name=context.reader_name)


def impersonator_binding(bot: RitsukoBot, selection: SidecarSelection, context: RenderContext) -> Manifest | None:
    """The binding to the impersonator role; None if no server would act as the person who asks.

    It is for the whole cluster, since users and groups are in no namespace. Raises `RenderError` where the operator may
    not give it.
    """
    if not any(acts_as_the_user(bot, sidecar) for sidecar in selection.accepted):
        return None
    if context.impersonator_name is None:
        raise RenderError(
            "rbac.impersonation is a cluster-wide permission that this operator cannot grant: install the "
            "operator with manifests/overlays/impersonation, or set it to false"
        )
    meta = cluster_metadata(bot, f"ritsuko:{bot.metadata.namespace}:{bot.metadata.name}-impersonator")
    return _binding(bot, "ClusterRoleBinding", meta, role_kind="ClusterRole", role_name=context.impersonator_name)


def _binding(bot: RitsukoBot, kind: str, meta: Manifest, *, role_kind: str, role_name: str) -> Manifest:
    return from_template(
        "binding.yaml.j2",
        kind=kind,
        metadata=meta,
        role_kind=role_kind,
        role_name=role_name,
        service_account=service_account_name(bot),
        namespace=bot.metadata.namespace,
    )
