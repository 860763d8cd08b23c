"""What kopf watches. Each handler is one line that hands over; kopf writes nothing for handlers of this sort.

All are coroutines: kopf runs plain functions in threads, and the cache and the queue belong to the event loop.
"""

from __future__ import annotations

from typing import Any

import kopf

from ritsuko_api import GROUP, VERSION, bot, sidecar
from ritsuko_operator.reconcile import kinds
from ritsuko_operator.reconcile.ownership import MANAGED_BY, MANAGED_BY_LABEL
from ritsuko_operator.runtime.connection import connection_info
from ritsuko_operator.runtime.intake import Intake

OURS = f"{MANAGED_BY_LABEL}={MANAGED_BY}"
_RBAC = "rbac.authorization.k8s.io"


def register(registry: kopf.OperatorRegistry, intake: Intake, *, cluster_wide: bool) -> None:
    """Registers the watches. ClusterRoleBindings are only there for an operator that serves the whole cluster."""

    @kopf.on.login(registry=registry)
    async def login(**_: Any) -> kopf.ConnectionInfo:  # pyright: ignore[reportUnusedFunction]
        return connection_info()

    @kopf.on.event(GROUP, VERSION, bot.PLURAL, registry=registry)
    async def bots(event: kopf.RawEvent, **_: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        intake.watched(kinds.BOT, event)

    @kopf.on.event(GROUP, VERSION, sidecar.PLURAL, registry=registry)
    async def sidecars(event: kopf.RawEvent, **_: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        intake.watched(kinds.SIDECAR, event)

    @kopf.on.event("apps", "v1", "deployments", registry=registry)
    async def deployments(event: kopf.RawEvent, **_: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        intake.watched(kinds.DEPLOYMENT, event)

    @kopf.on.event("", "v1", "configmaps", registry=registry)
    async def config_maps(event: kopf.RawEvent, **_: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        intake.watched(kinds.CONFIG_MAP, event)

    @kopf.on.event("", "v1", "serviceaccounts", registry=registry)
    async def service_accounts(event: kopf.RawEvent, **_: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        intake.watched(kinds.SERVICE_ACCOUNT, event)

    @kopf.on.event(_RBAC, "v1", "roles", registry=registry)
    async def roles(event: kopf.RawEvent, **_: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        intake.watched(kinds.ROLE, event)

    @kopf.on.event(_RBAC, "v1", "rolebindings", registry=registry)
    async def role_bindings(event: kopf.RawEvent, **_: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        intake.watched(kinds.ROLE_BINDING, event)

    @kopf.on.event("networking.k8s.io", "v1", "networkpolicies", registry=registry)
    async def network_policies(event: kopf.RawEvent, **_: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        intake.watched(kinds.NETWORK_POLICY, event)

    @kopf.on.event("policy", "v1", "poddisruptionbudgets", registry=registry)
    async def pod_disruption_budgets(event: kopf.RawEvent, **_: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        intake.watched(kinds.POD_DISRUPTION_BUDGET, event)

    @kopf.on.event("", "v1", "pods", registry=registry)
    async def pods(event: kopf.RawEvent, **_: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        intake.watched(kinds.POD, event)

    if cluster_wide:

        @kopf.on.event(_RBAC, "v1", "clusterrolebindings", registry=registry)
        async def cluster_role_bindings(event: kopf.RawEvent, **_: Any) -> None:  # pyright: ignore[reportUnusedFunction]
            intake.watched(kinds.CLUSTER_ROLE_BINDING, event)


def select_ours(settings: kopf.OperatorSettings) -> None:
    """Lets the apiserver leave out the children and pods that are not ours."""
    for kind in (*kinds.CHILDREN, kinds.POD):
        group, _, version = kind.api_version.rpartition("/")
        settings.watching.label_selectors[group, version, kind.plural] = OURS
