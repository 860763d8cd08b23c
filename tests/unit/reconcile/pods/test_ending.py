"""A namespace that is being deleted: its bots are left alone, and the next namespace of that name is none of it."""

from __future__ import annotations

from ritsuko_operator.reconcile.errors import ApiError, StatusCause
from ritsuko_operator.reconcile.kinds import CONFIG_MAP, DEPLOYMENT, ROLE
from tests.unit.reconcile.worlds import HAL, World


async def test_nothing_is_made_any_more_and_nothing_said() -> None:
    world = World()
    world.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="a-key")
    world.bot()
    await world.reconcile()
    words = "roles is forbidden: unable to create new content in namespace ops because it is being terminated"
    ending = StatusCause("metadata.namespace", "namespace ops is being terminated", "NamespaceTerminating")
    for kind, name in ((ROLE, "hal"), (CONFIG_MAP, "hal-mcp")):
        world.refuse[kind] = ApiError(f"applying {kind.name} ops/{name}", 403, "Forbidden", words, [ending])
        world.remove(HAL.ref._replace(kind=kind, name=name))
    world.writes.clear()
    assert await world.bots.reconcile(HAL) is None
    assert world.writes == []
    world.remove(HAL.ref._replace(kind=DEPLOYMENT))
    assert await world.reconcile() == []

    world.refuse.clear()
    world.remove(HAL.ref)
    world.bot()
    live = world.live(HAL.ref.kind, "hal")
    world.put(HAL.ref, {**live, "metadata": {**live["metadata"], "uid": "uid-of-the-next"}})
    assert "apply Role hal" in await world.reconcile()
