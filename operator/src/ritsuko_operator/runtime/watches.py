"""What kopf watches: the two kinds of ours. A handler hands over; kopf writes nothing for handlers of this sort.

It is a coroutine: kopf runs plain functions in threads, and the cache and the queue belong to the event loop.
"""

from __future__ import annotations

from typing import Any

import kopf

from ritsuko_operator.reconcile.kinds import BOT, SIDECAR, Kind
from ritsuko_operator.runtime.connection import connection_info
from ritsuko_operator.runtime.intake import Intake


def register(registry: kopf.OperatorRegistry, intake: Intake) -> None:
    """Registers a watch of each of the two kinds."""

    @kopf.on.login(registry=registry)
    async def login(**_: Any) -> kopf.ConnectionInfo:  # pyright: ignore[reportUnusedFunction]
        return connection_info()

    for kind in (BOT, SIDECAR):
        _register(registry, intake, kind)


def _register(registry: kopf.OperatorRegistry, intake: Intake, kind: Kind) -> None:
    @kopf.on.event(*_resource(kind), registry=registry, id=kind.plural)
    async def seen(event: kopf.RawEvent, **_: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        intake.watched(kind, event)


def _resource(kind: Kind) -> tuple[str, str, str]:
    """The group, version and plural, as kopf names a resource."""
    group, _, version = kind.api_version.rpartition("/")
    return group, version, kind.plural
