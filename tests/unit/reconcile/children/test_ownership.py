"""Whose an object is: a bot never touches what another one has, and keeps what is its own whatever was done to it."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import pytest

from ritsuko_operator.reconcile.children.ownership import holder, may_be_written
from ritsuko_operator.reconcile.cluster import BotKey, Object, ObjectRef
from ritsuko_operator.reconcile.errors import ApiError
from ritsuko_operator.reconcile.kinds import (
    CLUSTER_ROLE_BINDING,
    CONFIG_MAP,
    DEPLOYMENT,
    NETWORK_POLICY,
    ROLE,
    ROLE_BINDING,
    SECRET,
    SERVICE_ACCOUNT,
    Kind,
)
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
    words = "RoleBinding ops/hal-reader belongs to RitsukoBot hal: rename one of the two bots"
    assert words in told["message"]
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
    words = "ServiceAccount ops/shared belongs to RitsukoBot hal: set another name in `serviceAccount.name`"
    assert words in told["message"]
    world.remove(HAL.ref)
    world.remove(HAL.ref._replace(kind=SERVICE_ACCOUNT, name="shared"))  # the garbage collector
    await world.bots.reconcile(EVE)
    assert holder(world.live(SERVICE_ACCOUNT, "shared")) == EVE
    assert world.condition("Stalled", "eve")["status"] == "False"


async def test_what_somebody_made_immutable_is_to_be_deleted(world: World) -> None:
    world.bot()
    await world.reconcile()
    words = "ConfigMap hal-mcp is invalid: data: Forbidden: field is immutable when `immutable` is set"
    world.refuse[CONFIG_MAP] = ApiError("applying ConfigMap ops/hal-mcp", 422, "Invalid", words)
    world.sidecar("kubernetes", server="kubernetes")
    await world.reconcile()
    told = world.condition("Stalled")
    assert (told["status"], told["reason"]) == ("True", "ImmutableField")
    assert "when `immutable` is set: delete it and the operator creates it again" in told["message"]


UNDER_A_POD = [
    (SERVICE_ACCOUNT, "hal"),
    (CONFIG_MAP, "hal-mcp"),
    (SECRET, "hal-mcp-tokens"),
    (NETWORK_POLICY, "hal"),
]


@pytest.mark.parametrize(("kind", "name"), UNDER_A_POD, ids=lambda value: getattr(value, "name", value))
async def test_no_pod_is_made_that_would_stand_on_what_is_not_the_bots(world: World, kind: Kind, name: str) -> None:
    world.sidecar("kubernetes", server="kubernetes")
    world.bot(networkPolicy={"enabled": True})
    ref = strangers(world, kind, name)
    writes = await world.reconcile()
    assert f"apply {kind.name} {name}" not in writes
    assert not world.exists(DEPLOYMENT, "hal")
    assert world.condition("Stalled")["reason"] == "NameTaken"
    world.remove(ref)
    assert "apply Deployment hal" in await world.reconcile()


@pytest.mark.parametrize(("kind", "name"), UNDER_A_POD, ids=lambda value: getattr(value, "name", value))
async def test_a_deployment_that_runs_is_left_as_it_is_meanwhile(world: World, kind: Kind, name: str) -> None:
    world.sidecar("kubernetes", server="kubernetes")
    world.bot(networkPolicy={"enabled": True})
    await world.reconcile()
    before = copy.deepcopy(world.live(DEPLOYMENT, "hal"))
    strangers(world, kind, name)
    world.bot(networkPolicy={"enabled": True}, logLevel="DEBUG")
    await world.reconcile()
    assert world.live(DEPLOYMENT, "hal") == before


async def test_no_binding_is_made_to_a_role_that_is_not_the_bots(world: World) -> None:
    world.sidecar("kubernetes", server="kubernetes")
    world.bot()
    ref = strangers(world, ROLE, "hal")
    await world.reconcile()
    assert not world.exists(ROLE_BINDING, "hal")
    assert world.exists(ROLE_BINDING, "hal-reader"), "which binds another role"
    assert world.exists(DEPLOYMENT, "hal")
    world.remove(ref)
    assert {"apply Role hal", "apply RoleBinding hal"} <= set(await world.reconcile())


def strangers(world: World, kind: Kind, name: str) -> ObjectRef:
    """There is an object of somebody else with that name; it has not our label, so no watch shows it."""
    ref = HAL.ref._replace(kind=kind, name=name)
    metadata = {"name": name, "namespace": NAMESPACE, "uid": "uid-of-a-stranger"}
    world.put(ref, {"apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata})
    world.cache.remove(ref)
    return ref
