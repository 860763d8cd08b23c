"""What admission makes of a child is left alone and told; what somebody else does to it is put back all the same."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable

import pytest

from ritsuko_operator.reconcile.children.admission import Adjustments
from ritsuko_operator.reconcile.children.write_reason import HASH_ANNOTATION, WriteReason, stamped
from ritsuko_operator.reconcile.cluster import Object
from ritsuko_operator.reconcile.kinds import DEPLOYMENT
from tests.unit.reconcile.worlds import HAL, World

REF = HAL.ref._replace(kind=DEPLOYMENT)
Mutate = Callable[[Object], None]


def mirrors(live: Object) -> None:
    for container in live["spec"]["template"]["spec"]["containers"]:
        container["image"] = "mirror.test/" + container["image"].removeprefix("mirror.test/")


def strips_annotations(live: Object) -> None:
    live["metadata"].pop("annotations", None)


def strips_labels(live: Object) -> None:
    live["metadata"].pop("labels", None)


def writes_the_time() -> Mutate:
    clock = itertools.count()

    def mutate(live: Object) -> None:
        live["metadata"].setdefault("annotations", {})[HASH_ANNOTATION] = str(next(clock))

    return mutate


MUTATIONS = [mirrors, strips_annotations, strips_labels, writes_the_time()]


@pytest.fixture
def world() -> World:
    world = World()
    world.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="a-key")
    world.bot()
    world.sidecar("kubernetes", server="kubernetes")
    return world


@pytest.mark.parametrize("mutate", MUTATIONS)
async def test_nothing_is_sent_again_and_it_is_told(world: World, mutate: Mutate) -> None:
    world.admission[DEPLOYMENT] = mutate
    await world.reconcile()
    world.rehearsed.clear()
    assert await world.reconcile() == []
    assert world.rehearsed == []
    for kind in ("Stalled", "Ready"):
        told = world.condition(kind)
        assert told["status"] != "True"
    assert "admission changes " in world.condition("Stalled")["message"]
    assert "of Deployment hal; the operator leaves it that way" in world.condition("Stalled")["message"]


@pytest.mark.parametrize("mutate", MUTATIONS)
async def test_after_a_restart_it_is_sent_once_and_no_repair_is_told(world: World, mutate: Mutate) -> None:
    world.admission[DEPLOYMENT] = mutate
    await world.reconcile()
    world.bots = world.reconciler()
    world.events.clear()
    assert await world.reconcile() == ["apply Deployment hal"]
    assert await world.reconcile() == []
    assert [event.reason for event in world.events] == []


@pytest.mark.parametrize("mutate", MUTATIONS)
async def test_real_drift_is_put_back_once_and_told(world: World, mutate: Mutate) -> None:
    world.admission[DEPLOYMENT] = mutate
    await world.reconcile()
    live = world.live(DEPLOYMENT, "hal")
    live["spec"]["replicas"] = 7
    world.put(REF, live)
    world.events.clear()
    assert await world.reconcile() == ["apply Deployment hal"]
    assert world.live(DEPLOYMENT, "hal")["spec"]["replicas"] == 1
    assert [event.reason for event in world.events] == ["Repaired"]
    assert await world.reconcile() == []


async def test_an_image_that_somebody_set_is_put_back_to_what_the_mirror_makes_of_ours(world: World) -> None:
    world.admission[DEPLOYMENT] = mirrors
    await world.reconcile()
    live = world.live(DEPLOYMENT, "hal")
    image = live["spec"]["template"]["spec"]["containers"][0]["image"]
    live["spec"]["template"]["spec"]["containers"][0]["image"] = "evil:1"
    world.put(REF, live)
    world.events.clear()
    assert await world.reconcile() == ["apply Deployment hal"]
    assert world.live(DEPLOYMENT, "hal")["spec"]["template"]["spec"]["containers"][0]["image"] == image
    assert [event.reason for event in world.events] == ["Repaired"]


async def test_a_change_of_the_bot_is_sent_and_told_no_more_when_admission_has_ceased(world: World) -> None:
    world.admission[DEPLOYMENT] = mirrors
    await world.reconcile()
    world.admission.clear()
    assert await world.reconcile() == []
    world.bot(logLevel="DEBUG")
    assert "apply Deployment hal" in await world.reconcile()
    assert "admission" not in world.condition("Stalled")["message"]


def test_what_is_another_at_every_write_is_sent_twice_and_then_no_more() -> None:
    desired = stamped({"metadata": {"name": "hal", "labels": {"a": "b"}}, "data": {"x": "1", "y": "2"}})
    adjustments, clock = Adjustments(), itertools.count()

    def written_by(live: Object) -> Object:
        """By us or a controller: each write gets another time."""
        live = copy.deepcopy(live)
        live["data"]["x"] = f"at {next(clock)}"
        return live

    live = written_by(desired)
    adjustments.learn(REF, desired, None, live)
    sent = 0
    for _ in range(20):
        live = written_by(live)
        if adjustments.why(REF, desired, live) is not None:
            before, live = live, written_by(desired)
            assert not adjustments.learn(REF, desired, before, live)
            sent += 1
    assert sent == 1
    live["data"]["y"] = "drift"
    assert adjustments.why(REF, desired, live) is WriteReason.DRIFTED


def test_no_content_is_remembered_and_only_some_fields_are_told() -> None:
    desired = stamped({"metadata": {"name": "hal"}, "data": dict.fromkeys("abcdef", "secret")})
    live = {**desired, "data": dict.fromkeys("abcdef", "another secret")}
    adjustments = Adjustments()
    adjustments.learn(REF, desired, None, live)
    assert adjustments.notes == [
        (
            "admission changes data.a, data.b, data.c and 3 more fields of Deployment hal; the operator leaves "
            "it that way"
        )
    ]
    adjustments.keep_only(())
    assert adjustments.notes == []
