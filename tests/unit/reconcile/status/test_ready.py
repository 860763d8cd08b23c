"""Ready speaks of the bot that answers, Reconciling and Stalled of the change that is under way."""

from __future__ import annotations

from typing import Any

import pytest

from ritsuko_common.rfc3339 import parse_rfc3339
from ritsuko_operator.reconcile.errors import ApiError
from ritsuko_operator.reconcile.kinds import DEPLOYMENT, POD, ROLE, SECRET, SIDECAR
from tests.unit.reconcile.worlds import HAL, NAMESPACE, ObjectRef, World, ended, running, server, waiting


@pytest.fixture
async def works() -> World:
    """A bot that answers from pod hal-1, with one server."""
    world = World()
    world.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="a-key")
    world.bot()
    world.sidecar("kubernetes", server="kubernetes")
    await world.reconcile()
    world.rolled_out()
    world.pod("hal-1", [running("bot"), running("mcp-kubernetes")], template="one")
    world.report(revision=world.live(HAL.ref.kind, "hal")["status"]["configRevision"], servers=[server("kubernetes")])
    await world.reconcile("kubernetes")
    assert told(world) == ("True", "Settled", "Progressing")
    return world


def of_the_template(image: str) -> dict[str, Any]:
    """A bot whose image its `podTemplate` sets."""
    return {"podTemplate": {"spec": {"containers": [{"name": "bot", "image": image}]}}}


def told(world: World) -> tuple[str, str, str]:
    """Whether it is ready, and how far the latest change has come."""
    ready, reconciling, stalled = (world.condition(kind) for kind in ("Ready", "Reconciling", "Stalled"))
    return ready["status"], reconciling["reason"], stalled["reason"]


async def test_without_credentials_the_bot_that_runs_is_still_ready(works: World) -> None:
    works.remove(ObjectRef(SECRET, NAMESPACE, "zulip"))
    await works.reconcile()
    assert told(works) == ("True", "CredentialsMissing", "Progressing")
    assert works.condition("ZulipConnected")["status"] == "True"


async def test_a_spec_that_cannot_be_rendered_stalls_and_the_bot_that_runs_is_still_ready(works: World) -> None:
    works.bot(volumes=[{"name": "mcp-config", "emptyDir": {}}])
    await works.reconcile()
    assert told(works) == ("True", "Stalled", "InvalidSpec")
    assert works.condition("Ready")["message"].endswith("the latest change is not in effect: see the condition Stalled")


async def test_a_refused_child_stalls_and_the_bot_that_runs_is_still_ready(works: World) -> None:
    works.bot(rbac={"scope": "None"}, serviceAccount={"create": False, "name": "other"})
    works.refuse[ROLE] = ApiError("applying Role ops/hal", 422, "Invalid", "bad")
    live = works.live(ROLE, "hal")
    works.put(HAL.ref._replace(kind=ROLE), {**live, "rules": []})
    await works.reconcile()
    assert told(works)[0::2] == ("True", "ApplyRefused")


async def test_a_rollout_past_its_deadline_stalls_and_says_what_fails_and_who_answers(works: World) -> None:
    crashed = waiting("bot", "CrashLoopBackOff", lastState=ended(1))
    works.pod("hal-2", [crashed, running("mcp-kubernetes")], template="two", created="2026-11-24T09:59:50Z")
    works.rolled_out(reason="ProgressDeadlineExceeded", replicas=2, availableReplicas=1)
    await works.reconcile()
    assert told(works) == ("True", "Stalled", "RolloutStuck")
    message = works.condition("Stalled")["message"]
    assert message.startswith("the new pod did not become ready in time: container bot of pod hal-2: it exited with")
    assert message.endswith("; pod hal-1 still answers")
    assert works.condition("Ready")["message"].endswith("the latest change is not in effect: see the condition Stalled")


async def test_a_rollout_counts_the_new_pods_that_are_ready_and_not_the_old_ones(works: World) -> None:
    starts = [running("bot", ready=False), running("mcp-kubernetes")]
    works.pod("hal-2", starts, template="two", created="2026-11-24T09:59:50Z")
    works.rolled_out(reason="ReplicaSetUpdated", replicas=2, updatedReplicas=1, availableReplicas=1)
    await works.reconcile()
    assert works.condition("Reconciling")["message"] == "0 of 1 pods are up to date and available"
    works.pod("hal-2", [running("bot"), running("mcp-kubernetes")], template="two", created="2026-11-24T09:59:50Z")
    await works.reconcile()
    words = "1 of 1 pods are up to date and available; old pods still exist"
    assert works.condition("Reconciling")["message"] == words


async def test_a_required_server_that_goes_down_is_not_ready_and_an_optional_one_is(works: World) -> None:
    works.report(servers=[server("kubernetes", "Down", error="connection refused")])
    await works.reconcile()
    assert works.condition("Ready")["reason"] == "SidecarsFailed"
    works.sidecar("kubernetes", server="kubernetes", optional=True)
    await works.reconcile()
    ready, sidecars = works.condition("Ready"), works.condition("SidecarsReady")
    assert (ready["status"], sidecars["status"], sidecars["reason"]) == ("True", "False", "SidecarsFailed")
    assert "0 of 1 sidecars ready; optional: kubernetes: " in ready["message"]


async def test_a_required_sidecar_that_is_not_accepted_takes_nobody_down_and_counts_as_missing(works: World) -> None:
    works.sidecar("weather", image="weather:1", port=8081)
    await works.reconcile()
    ready, sidecars = works.condition("Ready"), works.condition("SidecarsReady")
    assert (ready["status"], sidecars["status"], sidecars["reason"]) == ("True", "False", "SidecarsNotAccepted")
    words = "connected to Zulip, 1 of 2 sidecars ready; not accepted: weather: port 8081 is taken"
    assert ready["message"].startswith(words)
    assert works.live(HAL.ref.kind, "hal")["status"]["sidecarsReady"] == "1/2"


async def test_on_a_lost_node_nothing_is_ready_though_its_containers_were_last_seen_so(works: World) -> None:
    lost = [{"type": "Ready", "status": "False"}, {"type": "ContainersReady", "status": "True"}]
    works.pod("hal-1", [running("bot"), running("mcp-kubernetes")], template="one", conditions=lost)
    await works.reconcile()
    ready = works.condition("Ready")
    assert (ready["status"], ready["reason"]) == ("False", "BotNotRunning")
    assert "node node-1 of pod hal-1 does not respond" in ready["message"]


async def test_a_suspended_bot_says_so_everywhere(works: World) -> None:
    works.bot(suspend=True)
    works.remove(ObjectRef(POD, NAMESPACE, "hal-1"))
    await works.reconcile("kubernetes")
    for kind in ("Ready", "ZulipConnected", "ConfigLoaded", "SidecarsReady"):
        assert works.condition(kind)["reason"] == "Suspended"


def scaled(world: World, replicas: int) -> None:
    """An autoscaler of the Deployment sets the number of its pods, and they are there."""
    ref = ObjectRef(DEPLOYMENT, NAMESPACE, "hal")
    fields = {"f:spec": {"f:replicas": {}}}
    entry = {"manager": "kube-controller-manager", "subresource": "scale", "fieldsV1": fields}
    live = world.live(DEPLOYMENT, "hal")
    metadata = {**live["metadata"], "managedFields": [entry]}
    world.put(ref, {**live, "metadata": metadata, "spec": {**live["spec"], "replicas": replicas}})
    world.rolled_out()


async def test_the_number_of_an_autoscaler_is_in_effect_and_replicas_is_told_not_to_be(works: World) -> None:
    works.pod("hal-2", [running("bot"), running("mcp-kubernetes")])
    works.bot(replicas=0)
    scaled(works, 2)
    await works.reconcile()  # the number is no longer rendered, and this world forgets what is not
    scaled(works, 2)
    await works.reconcile("kubernetes")
    assert told(works) == ("True", "Settled", "Progressing")
    assert works.condition("ZulipConnected")["status"] == "True"
    assert works.condition("Ready", "kubernetes", SIDECAR)["status"] == "True"
    words = "; an autoscaler sets the Deployment to 2 pods, so `replicas` (0) has no effect: set `suspend: true"
    assert all(words in works.condition(kind)["message"] for kind in ("Ready", "Reconciling"))
    works.bot(replicas=2)
    await works.reconcile()
    assert works.condition("Ready")["message"] == "connected to Zulip, 1 of 1 sidecars ready"
    scaled(works, 0)
    works.bot(replicas=2)
    await works.reconcile()
    message = "no pod runs: an autoscaler set the Deployment to 0"
    assert (works.condition("Ready")["reason"], works.condition("Ready")["message"]) == ("Suspended", message)


async def test_every_condition_and_the_status_name_the_generation_they_speak_of(works: World) -> None:
    works.bot(logLevel="DEBUG")
    await works.reconcile()
    status = works.live(HAL.ref.kind, "hal")["status"]
    assert status["observedGeneration"] == 2
    assert {condition["observedGeneration"] for condition in status["conditions"]} == {2}


DIGEST = f"sha256:0123456789ab{'c' * 52}"


@pytest.mark.parametrize(
    ("spec", "version"),
    [
        ({}, "0.1.0"),
        ({"image": {"tag": "0.2.0"}}, "0.2.0"),
        ({"image": {"tag": "0.2.0", "digest": DIGEST}}, "sha256:0123456789ab"),
        (of_the_template("registry.test:5000/bot"), "latest"),
        (of_the_template("registry.test:5000/bot:9.9"), "9.9"),
        (of_the_template(f"bot:9.9@{DIGEST}"), "9.9"),
    ],
)
async def test_the_version_is_that_of_the_image_in_the_pods_and_fits_a_column(
    works: World, spec: dict[str, Any], version: str
) -> None:
    works.bot(**spec)
    await works.reconcile()
    assert works.live(HAL.ref.kind, "hal")["status"]["version"] == version


async def test_time_that_passes_is_no_news(works: World) -> None:
    crashed = waiting("mcp-kubernetes", "CrashLoopBackOff", restarts=4, lastState=ended(137, "OOMKilled"))
    works.pod("hal-1", [running("bot"), crashed], template="one")
    await works.reconcile("kubernetes")
    for minute in range(10, 50):
        works.now = parse_rfc3339(f"2026-11-24T10:{minute}:00Z")
        assert await works.reconcile("kubernetes") == []


@pytest.mark.parametrize("spec", [{"volumes": [{"name": "mcp-config", "emptyDir": {}}]}, {"replicas": "many"}])
async def test_what_ran_keeps_running_only_if_something_ran(spec: dict[str, Any]) -> None:
    world = World()
    world.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="key")
    for _ in range(2):  # with and without a status from before
        world.bot(**spec)
        await world.reconcile()
        assert "what ran" not in world.condition("Stalled")["message"]
    world.bot()
    await world.reconcile()
    world.bot(**spec)
    await world.reconcile()
    assert "keeps running" in world.condition("Stalled")["message"]
