"""What keeps a container from working is told with its cause and a remedy, and only news changes the words."""

from __future__ import annotations

from typing import Any

import pytest

from ritsuko_api.bot import SidecarPhase
from ritsuko_common.rfc3339 import parse_rfc3339
from ritsuko_operator.reconcile.cluster import ObjectRef
from ritsuko_operator.reconcile.kinds import DEPLOYMENT
from ritsuko_operator.reconcile.pods.observation import observe
from ritsuko_operator.reconcile.pods.trouble import case_of, next_deadline, representative_pod, trouble
from tests.unit.reconcile.worlds import HAL, World, ended, running, waiting

WEATHER = "mcp-weather"


@pytest.fixture
def world() -> World:
    world = World()
    world.bot()
    world.sidecar("weather", image="weather:1", port=9000)
    return world


def told(world: World) -> tuple[SidecarPhase, str]:
    observed = observe(world.cache, world.live(HAL.ref.kind, "hal"))
    diagnosis = trouble(case_of(observed, representative_pod(observed, WEATHER), WEATHER, world.now))
    assert diagnosis is not None
    return diagnosis


def failed(world: World) -> str:
    phase, message = told(world)
    assert phase is SidecarPhase.FAILED, message
    return message


def test_killed_for_memory_it_says_how_often_in_what_time_and_what_to_raise(world: World) -> None:
    killed = ended(137, "OOMKilled", at="2026-11-24T10:08:30Z")
    status = waiting(WEATHER, "CrashLoopBackOff", restarts=4, lastState=killed)
    world.pod("hal-1", [running("bot"), status], created="2026-11-24T09:59:00Z")
    told_at_once = failed(world)
    assert told_at_once == (
        "it was killed for using too much memory, restarted 4 times in 9m30s; its limit is 256Mi: raise "
        "`spec.resources.limits.memory`"
    )
    world.now = parse_rfc3339("2026-11-24T10:50:00Z")
    assert failed(world) == told_at_once  # the passing of time is no news


def test_a_crash_shows_the_last_lines_without_their_secrets(world: World) -> None:
    log = "starting\nusing password=hunter2\nValueError: no such city\n"
    world.pod(
        "hal-1", [running("bot"), waiting(WEATHER, "CrashLoopBackOff", restarts=1, lastState=ended(1, message=log))]
    )
    assert failed(world) == (
        "it exited with code 1; see `kubectl logs -n ops hal-1 -c mcp-weather -p`; its last words:\n"
        "starting\nusing password=[redacted-value]\nValueError: no such city"
    )


def test_one_that_was_told_to_stop_points_at_its_probes(world: World) -> None:
    world.pod("hal-1", [running("bot"), running(WEATHER, ready=False, restarts=3, lastState=ended(137))])
    assert (
        "it exited with code 137, restarted 3 times (SIGTERM/SIGKILL, usually a failing liveness or startup probe)"
        in failed(world)
    )


def test_a_missing_key_is_told_with_the_namespace(world: World) -> None:
    words = "couldn't find key TOKEN in Secret ops/weather"
    world.pod("hal-1", [running("bot"), waiting(WEATHER, "CreateContainerConfigError", words)])
    assert failed(world) == (
        f"the container cannot be configured: {words}; create it in namespace ops, or correct the reference"
    )


def test_a_quota_is_told_in_the_apiservers_words(world: World) -> None:
    refused = 'pods "hal-1" is forbidden: exceeded quota: small'
    deployment(world, {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": refused})
    assert failed(world) == f"the pod cannot be created: {refused}"


def test_a_claim_that_waits_is_told_with_where_to_look(world: World) -> None:
    words = "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims"
    unschedulable = {"type": "PodScheduled", "status": "False", "message": words}
    world.pod("hal-1", [], node=None, phase="Pending", conditions=[unschedulable])
    assert failed(world) == f"pod hal-1 cannot be scheduled: {words}; see `kubectl get persistentvolumeclaims -n ops`"


def test_a_lost_node_is_told_though_its_containers_were_last_seen_ready(world: World) -> None:
    conditions = [{"type": "Ready", "status": "False"}, {"type": "ContainersReady", "status": "True"}]
    world.pod("hal-1", [running("bot"), running(WEATHER)], conditions=conditions)
    assert failed(world) == "node node-1 of pod hal-1 does not respond"


def test_an_init_container_that_fails_is_named(world: World) -> None:
    first = waiting("fetch", "CrashLoopBackOff", lastState=ended(2))
    held = [waiting(name, "PodInitializing") for name in ("bot", WEATHER)]
    world.pod("hal-1", held, initContainerStatuses=[first])
    assert failed(world).startswith("it waits for init container fetch: it exited with code 2; see")


def test_an_init_container_that_is_done_is_no_trouble(world: World) -> None:
    done = {"name": "fetch", "ready": True, "restartCount": 0, "state": {"terminated": {"exitCode": 0}}}
    world.pod("hal-1", [running("bot"), running(WEATHER, ready=False)], initContainerStatuses=[done])
    assert told(world)[0] is SidecarPhase.STARTING


def test_a_native_sidecar_is_found_among_the_init_containers(world: World) -> None:
    native = running(WEATHER, ready=False, restarts=2, lastState=ended(1))
    world.pod("hal-1", [waiting("bot", "PodInitializing")], initContainerStatuses=[native], native=[WEATHER])
    assert failed(world).startswith("it exited with code 1, restarted 2 times")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (
            waiting(WEATHER, "ContainerCreating"),
            "it has not started within 2m: a Secret, ConfigMap or volume claim",
        ),
        (
            running(WEATHER, ready=False, state={"running": {"startedAt": "2026-11-24T10:00:00Z"}}),
            "its readiness probe (GET /health at port 9000) fails: see `kubectl logs -n ops hal-1",
        ),
        (
            running(WEATHER, ready=False, started=False, state={"running": {"startedAt": "2026-11-24T10:00:00Z"}}),
            "its startup probe fails",
        ),
    ],
)
def test_what_starts_for_too_long_has_failed_and_it_is_known_when(
    world: World, status: dict[str, Any], words: str
) -> None:
    world.pod("hal-1", [running("bot"), status], created="2026-11-24T10:00:00Z")
    world.now = parse_rfc3339("2026-11-24T10:00:30Z")
    assert told(world)[0] is SidecarPhase.STARTING
    assert next_deadline(observe(world.cache, world.live(HAL.ref.kind, "hal")), world.now) == 90
    world.now = parse_rfc3339("2026-11-24T10:02:00Z")
    assert words in failed(world)
    assert next_deadline(observe(world.cache, world.live(HAL.ref.kind, "hal")), world.now) is None


def test_a_pod_that_nobody_tells_anything_about_fails_at_the_same_moment(world: World) -> None:
    """Without a scheduler a pod has no node, no condition, and no container that anything is said of."""
    world.pod("hal-1", [], created="2026-11-24T10:00:00Z", node=None)
    world.now = parse_rfc3339("2026-11-24T10:00:30Z")
    assert told(world)[0] is SidecarPhase.STARTING
    assert next_deadline(observe(world.cache, world.live(HAL.ref.kind, "hal")), world.now) == 90
    world.now = parse_rfc3339("2026-11-24T10:02:00Z")
    assert failed(world).startswith("pod hal-1 has not been scheduled for 2m and no reason was reported")
    assert next_deadline(observe(world.cache, world.live(HAL.ref.kind, "hal")), world.now) is None


def test_nothing_ends_for_pods_that_are_ready(world: World) -> None:
    world.pod("hal-1", [running("bot"), running(WEATHER)])
    assert next_deadline(observe(world.cache, world.live(HAL.ref.kind, "hal")), world.now) is None


def deployment(world: World, *conditions: dict[str, str]) -> None:
    world.put(
        ObjectRef(DEPLOYMENT, "ops", "hal"),
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "hal", "namespace": "ops"},
            "spec": {},
            "status": {"conditions": list(conditions)},
        },
    )
