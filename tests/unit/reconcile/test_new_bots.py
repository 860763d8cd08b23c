"""A new bot's status waits until it will not be outdated at once."""

from __future__ import annotations

import pytest

from ritsuko_operator.reconcile.bot import BotReconciler
from ritsuko_operator.reconcile.cluster import BotKey
from ritsuko_operator.reconcile.kinds import DEPLOYMENT
from tests.unit.reconcile.worlds import HAL, RELEASE, World, waiting


@pytest.fixture
def world() -> World:
    """hal is new, and its status may wait."""
    world = World()
    world.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="key")
    world.bot()
    return world


@pytest.fixture
def put_off(world: World) -> list[BotKey]:
    """The bots that shall be looked at again when less is going on."""
    put_off: list[BotKey] = []
    world.bots = BotReconciler(
        world,
        world.cache,
        world.secrets,
        RELEASE,
        now=lambda: world.now,
        follow=lambda _: None,
        settle=put_off.append,
    )
    return put_off


async def test_its_first_status_is_written_when_controllers_have_begun_with_it(
    world: World, put_off: list[BotKey]
) -> None:
    assert "status RitsukoBot hal" not in await world.reconcile()
    world.rolled_out(reason="ReplicaSetUpdated", availableReplicas=0)
    assert await world.reconcile() == []  # its pod is not seen yet
    assert put_off == [HAL, HAL]
    world.pod("hal-1", [waiting("bot", "ContainerCreating")])
    assert await world.reconcile() == ["status RitsukoBot hal"]
    assert put_off == [HAL, HAL]


async def test_controllers_that_do_nothing_delay_it_by_seconds_only(world: World, put_off: list[BotKey]) -> None:
    await world.reconcile()
    assert await world.reconcile() == []
    world.now = "2026-11-24T10:00:04Z"
    assert await world.reconcile() == ["status RitsukoBot hal"]
    assert put_off == [HAL, HAL]


async def test_one_that_lacks_its_credentials_says_so_at_once(world: World, put_off: list[BotKey]) -> None:
    world.bot(zulip={"site": "https://chat.test", "credentialsSecret": {"name": "absent"}})
    assert "status RitsukoBot hal" in await world.reconcile()
    assert put_off == []


async def test_somebody_who_keeps_deleting_the_deployment_does_not_silence_it(
    world: World, put_off: list[BotKey]
) -> None:
    await world.reconcile()
    world.now = "2026-11-24T10:00:04Z"
    for _ in range(2):
        world.remove(next(ref for ref in world.objects if ref.kind is DEPLOYMENT))
        world.live(HAL.ref.kind, "hal")["status"] = {}
        await world.reconcile()
    assert put_off == [HAL]
