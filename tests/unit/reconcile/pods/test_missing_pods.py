"""Pods that ought to be there and are not: who keeps them from being made is told, and nothing starts for ever."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from ritsuko_common.rfc3339 import parse_rfc3339
from ritsuko_operator.reconcile.kinds import DEPLOYMENT, POD
from ritsuko_operator.reconcile.pods.observation import observe
from ritsuko_operator.reconcile.pods.trouble import PATIENCE, next_deadline
from tests.unit.reconcile.worlds import HAL, NAMESPACE, ObjectRef, World, running, server

START, SOON, LATE = "2026-11-24T10:00:00Z", "2026-11-24T10:01:00Z", "2026-11-24T10:02:00Z"


@pytest.fixture
async def world() -> World:
    """A bot that answers from pod hal-1, with one server."""
    world = World()
    world.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="a-key")
    world.bot()
    world.sidecar("kubernetes", server="kubernetes")
    await world.reconcile()
    world.rolled_out()
    world.pod("hal-1", [running("bot"), running("mcp-kubernetes")])
    revision = world.live(HAL.ref.kind, "hal")["status"]["configRevision"]
    world.report(revision=revision, servers=[server("kubernetes")])
    await world.reconcile()
    assert told(world, "Reconciling") == ("False", "Settled")
    return world


def told(world: World, kind: str) -> tuple[str, str]:
    condition = world.condition(kind)
    return condition["status"], condition["reason"]


def line(world: World, name: str) -> tuple[str, str]:
    found = next(line for line in world.live(HAL.ref.kind, "hal")["status"]["sidecars"] if line["name"] == name)
    return found["phase"], found.get("message", "")


def deployment(world: World, *, spec: dict[str, Any] | None = None, metadata: dict[str, Any] | None = None) -> None:
    """Somebody does something to the Deployment."""
    live = copy.deepcopy(world.live(DEPLOYMENT, "hal"))
    live["spec"] |= spec or {}
    live["metadata"] |= metadata or {}
    world.put(ObjectRef(DEPLOYMENT, NAMESPACE, "hal"), live)


def left(world: World) -> float | None:
    return next_deadline(observe(world.cache, world.live(HAL.ref.kind, "hal")), world.now)


async def test_a_paused_rollout_is_told_with_how_to_resume_it(world: World) -> None:
    world.sidecar("logs", server="logs")
    await world.reconcile()
    deployment(world, spec={"paused": True})
    world.rolled_out(reason="DeploymentPaused", updatedReplicas=0)
    await world.reconcile()
    assert told(world, "Stalled") == ("True", "RolloutPaused")
    message = world.condition("Stalled")["message"]
    assert message == "its rollout is paused: run `kubectl rollout resume deployment/hal -n ops`"
    assert told(world, "Reconciling") == ("False", "Stalled")
    assert line(world, "logs") == ("Failed", f"no pod with it exists: {message}")
    assert await world.reconcile() == []


async def test_one_that_is_paused_with_nothing_to_roll_out_needs_nobody(world: World) -> None:
    deployment(world, spec={"paused": True})
    world.rolled_out(reason="DeploymentPaused")
    await world.reconcile()
    assert (told(world, "Stalled"), told(world, "Reconciling")) == (("False", "Progressing"), ("False", "Settled"))


async def test_a_deployment_that_is_kept_from_going_is_told_with_what_keeps_it(world: World) -> None:
    deployment(world, metadata={"deletionTimestamp": START, "finalizers": ["example.test/keep"]})
    words = "Deployment hal is being deleted and waits for its finalizers (example.test/keep): their owner has to "
    world.now = parse_rfc3339(SOON)  # it may be gone in a moment
    await world.reconcile()
    assert told(world, "Stalled") == ("False", "Progressing")
    assert told(world, "Reconciling") == ("True", "DeploymentEnding")
    assert world.condition("Reconciling")["message"].startswith(words)
    assert left(world) == 60
    world.now = parse_rfc3339(LATE)
    await world.reconcile()
    assert told(world, "Stalled") == ("True", "DeploymentEnding")
    assert world.condition("Stalled")["message"].startswith(words)
    assert (told(world, "Ready")[0], left(world)) == ("True", None)  # its pod goes on


async def test_one_that_waits_for_its_pods_to_go_waits_for_nobodys_finalizer(world: World) -> None:
    deployment(world, metadata={"deletionTimestamp": START, "finalizers": ["foregroundDeletion"]})
    await world.reconcile()
    words = (
        "Deployment hal is being deleted and waits for its dependents: see `kubectl get replicasets,pods -n "
        "ops`; the operator "
    )
    assert world.condition("Reconciling")["message"].startswith(words)


async def test_a_sidecar_that_the_pod_template_takes_away_has_failed_at_once(world: World) -> None:
    gone = [{"name": "mcp-kubernetes", "$patch": "delete"}]
    world.bot(podTemplate={"spec": {"containers": gone}})
    await world.reconcile()
    world.remove(ObjectRef(POD, NAMESPACE, "hal-1"))
    world.pod("hal-2", [running("bot")])
    world.rolled_out()
    await world.reconcile()
    phase, message = line(world, "kubernetes")
    assert phase == "Failed"
    assert message.startswith("`podTemplate` of RitsukoBot hal removes its container mcp-kubernetes; drop that patch")
    assert left(world) is None
    world.bot(podTemplate={"spec": {"initContainers": [{"$patch": "replace"}]}})  # it is none of these
    await world.reconcile()
    assert line(world, "kubernetes") == ("Starting", "no pod with it exists yet")


async def test_without_anybody_who_makes_pods_it_has_failed_after_a_while(world: World) -> None:
    world.sidecar("logs", server="logs")
    await world.reconcile()
    assert line(world, "logs") == ("Starting", "no pod with it exists yet")
    assert left(world) == PATIENCE
    world.now = parse_rfc3339(SOON)
    assert await world.reconcile() == []
    assert left(world) == 60
    world.now = parse_rfc3339(LATE)
    await world.reconcile()
    words = "no pod with it was created: see the conditions Reconciling and Stalled of RitsukoBot hal"
    assert line(world, "logs") == ("Failed", words)
    assert left(world) is None
    assert await world.reconcile() == []


async def test_the_wait_begins_anew_with_each_change_of_the_deployment(world: World) -> None:
    world.sidecar("logs", server="logs")
    await world.reconcile()
    world.now = parse_rfc3339(LATE)
    deployment(world, metadata={"managedFields": [{"manager": "ritsuko-operator", "time": SOON, "operation": "Apply"}]})
    await world.reconcile()
    assert line(world, "logs")[0] == "Starting"
    assert left(world) == 60


async def test_with_no_pod_at_all_it_is_the_same(world: World) -> None:
    world.remove(ObjectRef(POD, NAMESPACE, "hal-1"))
    world.rolled_out(replicas=0, updatedReplicas=0, availableReplicas=0, reason="ReplicaSetUpdated")
    await world.reconcile()
    assert told(world, "Ready") == ("False", "BotStarting")
    world.now = parse_rfc3339(LATE)
    await world.reconcile()
    assert told(world, "Ready") == ("False", "BotNotRunning")
    assert (
        "no pod was created and no reason was reported: see `kubectl describe deployment -n ops hal`"
        in (world.condition("Ready")["message"])
    )
    assert told(world, "Reconciling") == ("True", "RolloutFailing")
