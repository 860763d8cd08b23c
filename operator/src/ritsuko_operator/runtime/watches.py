"""What kopf watches. The handler of a kind hands over; kopf writes nothing for handlers of this sort.

It is a coroutine: kopf runs plain functions in threads, and the cache and the queue belong to the event loop.
"""

from __future__ import annotations

from typing import Any

import kopf

from ritsuko_operator.reconcile import kinds
from ritsuko_operator.reconcile.children.ownership import MANAGED_BY, MANAGED_BY_LABEL
from ritsuko_operator.reconcile.kinds import Kind
from ritsuko_operator.runtime.connection import connection_info
from ritsuko_operator.runtime.intake import Intake

OURS = f"{MANAGED_BY_LABEL}={MANAGED_BY}"


def register(registry: kopf.OperatorRegistry, intake: Intake, *, cluster_wide: bool) -> None:
    """Registers a watch of each kind that is watched."""

    @kopf.on.login(registry=registry)
    async def login(**_: Any) -> kopf.ConnectionInfo:  # pyright: ignore[reportUnusedFunction]
        return connection_info()

    for kind in kinds.watched(cluster_wide=cluster_wide):
        _register(registry, intake, kind)


def _register(registry: kopf.OperatorRegistry, intake: Intake, kind: Kind) -> None:
    @kopf.on.event(*_resource(kind), registry=registry, id=kind.plural)
    async def seen(event: kopf.RawEvent, **_: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        intake.watched(kind, event)


def select_ours(settings: kopf.OperatorSettings) -> None:
    """Lets the apiserver leave out the children and pods that are not ours."""
    for kind in (*kinds.CHILDREN, kinds.POD):
        settings.watching.label_selectors[_resource(kind)] = OURS


def _resource(kind: Kind) -> tuple[str, str, str]:
    """The group, version and plural, as kopf names a resource."""
    group, _, version = kind.api_version.rpartition("/")
    return group, version, kind.plural
