"""Objects for the Prometheus operator are made where it is installed; where it is not, the bot runs on and says so."""

from __future__ import annotations

import pytest

from ritsuko_operator.reconcile.kinds import POD_MONITOR, PROMETHEUS_RULE
from tests.unit.reconcile.worlds import HAL, World


@pytest.fixture
def world() -> World:
    world = World()
    world.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="a-key")
    world.bot(monitoring={"podMonitor": True, "prometheusRule": True})
    return world


async def test_without_the_crds_it_says_which_one_is_missing_and_looks_again(world: World) -> None:
    again = await world.bots.reconcile(HAL)
    assert again is not None
    stalled = world.condition("Stalled")
    message = stalled["message"]
    assert "PodMonitor cannot be created: the CRD podmonitors.monitoring.coreos.com is not installed" in message
    assert "PrometheusRule" in message
    assert stalled["status"] == "False"
    assert await world.reconcile() == []
    world.not_installed.clear()
    assert await world.reconcile() == ["apply PodMonitor hal", "apply PrometheusRule hal", "status RitsukoBot hal"]
    assert "PodMonitor" not in world.condition("Stalled")["message"]
    assert await world.reconcile() == []


@pytest.mark.parametrize("restarted", [False, True])
async def test_switched_off_they_go(world: World, restarted: bool) -> None:
    world.not_installed.clear()
    await world.reconcile()
    world.bot()
    if restarted:
        world.bots = world.reconciler()
    writes = await world.reconcile()
    assert {"delete PodMonitor hal", "delete PrometheusRule hal"} <= set(writes)
    assert not world.exists(POD_MONITOR, "hal")
    assert not world.exists(PROMETHEUS_RULE, "hal")
    assert await world.reconcile() == []


async def test_what_somebody_changed_of_them_is_put_back_at_the_next_look(world: World) -> None:
    world.not_installed.clear()
    await world.reconcile()
    live = world.live(POD_MONITOR, "hal")
    live["spec"]["podMetricsEndpoints"] = []
    world.put(HAL.ref._replace(kind=POD_MONITOR), live)
    assert await world.reconcile() == ["apply PodMonitor hal"]
