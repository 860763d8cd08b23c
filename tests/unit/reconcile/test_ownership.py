"""Whose an object is: a bot never touches what another one has, and keeps what is its own whatever was done to it."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import pytest

from ritsuko_operator.reconcile.cluster import BotKey, Object
from ritsuko_operator.reconcile.kinds import CLUSTER_ROLE_BINDING, ROLE_BINDING, SERVICE_ACCOUNT, Kind
from ritsuko_operator.reconcile.ownership import holder, may_be_written
from tests.unit.reconcile.worlds import HAL, NAMESPACE, World

EVE = BotKey(NAMESPACE, "eve")
READER = BotKey(NAMESPACE, "hal-reader")
UID = "uid-hal"
STAMP = {"ritsuko.dev/manifest-hash": "abc"}


def child(
    bot: str | None, owner: Mapping[str, object] | None, *, kind: Kind = SERVICE_ACCOUNT, stamp: bool = True
) -> Object:
    labels = {"app.kubernetes.io/managed-by": "ritsuko-operator", "app.kubernetes.io/instance": bot} if bot else {}
    metadata: Object = {"name": "x", "labels": labels, "annotations": STAMP if stamp else {}}
    if kind.namespaced:
        metadata["namespace"] = NAMESPACE
    else:
        labels |= {"ritsuko.dev/bot-namespace": NAMESPACE} if labels else {}
    if owner:
        metadata["ownerReferences"] = [owner]
    return {"apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata}


def controller(name: str, uid: str, *, kind: str = "RitsukoBot") -> Mapping[str, object]:
    return {"apiVersion": "ritsuko.dev/v1alpha1", "kind": kind, "name": name, "uid": uid, "controller": True}


@pytest.mark.parametrize(
    ("live", "ours"),
    [
        pytest.param(child("hal", controller("hal", UID)), True, id="as we made it"),
        pytest.param(child(None, controller("hal", UID)), True, id="labels taken"),
        pytest.param(child(None, controller("hal", UID), stamp=False), True, id="labels and annotations taken"),
        pytest.param(child("eve", controller("hal", UID)), True, id="labels moved to another bot"),
        pytest.param(child("hal", None), True, id="orphaned"),
        pytest.param(child("hal", controller("hal", "uid-before")), True, id="of an earlier bot of this name"),
        pytest.param(child("eve", controller("eve", "uid-eve")), False, id="another bot's"),
        pytest.param(child("hal", controller("eve", "uid-eve")), False, id="another bot's, labels moved to us"),
        pytest.param(child(None, controller("eve", "uid-eve")), False, id="another bot's, labels taken"),
        pytest.param(child("eve", None), False, id="orphaned by another bot"),
        pytest.param(child(None, None), False, id="orphaned, labels taken"),
        pytest.param(child("hal", controller("hal", "uid-1", kind="Chart")), False, id="another controller's"),
        pytest.param(child("hal", None, kind=CLUSTER_ROLE_BINDING), True, id="cluster-wide"),
        pytest.param(child(None, None, kind=CLUSTER_ROLE_BINDING), True, id="cluster-wide, labels taken"),
        pytest.param(child("eve", None, kind=CLUSTER_ROLE_BINDING), False, id="cluster-wide, another bot's"),
        pytest.param(child(None, None, kind=CLUSTER_ROLE_BINDING, stamp=False), False, id="cluster-wide, a stranger's"),
    ],
)
def test_what_may_be_written(live: Object, ours: bool) -> None:
    assert may_be_written(live, HAL, UID) is ours


def test_the_owner_reference_says_who_has_it_and_the_labels_where_there_is_none() -> None:
    assert holder(child("hal", controller("eve", "uid-eve"))) == EVE
    assert holder(child("eve", None)) == EVE
    assert holder(child("hal", controller("x", "uid-1", kind="Chart"))) is None


@pytest.fixture
def world() -> World:
    world = World()
    world.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="a-key")
    return world


async def test_two_bots_that_want_one_name_do_not_take_it_from_each_other(world: World) -> None:
    world.sidecar("kubernetes", server="kubernetes")
    world.bot("hal")
    world.bot(READER.name)
    await world.bots.reconcile(HAL)
    before = copy.deepcopy(world.live(ROLE_BINDING, "hal-reader"))
    for key in (READER, HAL, READER):
        await world.bots.reconcile(key)
    assert world.live(ROLE_BINDING, "hal-reader") == before
    assert world.condition("Stalled")["status"] == "False"
    told = world.condition("Stalled", READER.name)
    assert (told["status"], told["reason"]) == ("True", "NameTaken")
    assert "RoleBinding ops/hal-reader belongs to RitsukoBot hal: give one of the two bots another name" in (
        told["message"]
    )
    world.writes.clear()
    assert await world.bots.reconcile(READER) == 10
    assert world.writes == []


async def test_a_name_that_is_free_again_goes_to_the_bot_that_was_refused_it(world: World) -> None:
    shared = {"serviceAccount": {"name": "shared"}}
    world.bot("hal", **shared)
    world.bot("eve", **shared)
    await world.bots.reconcile(HAL)
    await world.bots.reconcile(EVE)
    told = world.condition("Stalled", "eve")
    assert (told["status"], told["reason"]) == ("True", "NameTaken")
    assert "ServiceAccount ops/shared belongs to RitsukoBot hal: name another in `serviceAccount.name`" in (
        told["message"]
    )
    world.remove(HAL.ref)
    world.remove(HAL.ref._replace(kind=SERVICE_ACCOUNT, name="shared"))  # the garbage collector
    await world.bots.reconcile(EVE)
    assert holder(world.live(SERVICE_ACCOUNT, "shared")) == EVE
    assert world.condition("Stalled", "eve")["status"] == "False"
