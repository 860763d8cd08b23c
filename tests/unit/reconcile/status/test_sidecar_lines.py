"""A sidecar's line says where it stands, and if it doesn't work, why and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from ritsuko_api.bot import SidecarPhase
from ritsuko_operator.reconcile.cluster import ObjectRef
from ritsuko_operator.reconcile.kinds import DEPLOYMENT
from ritsuko_operator.reconcile.pods.observation import Observation, observe
from ritsuko_operator.reconcile.status.sidecar_lines import lines
from tests.unit.reconcile.worlds import HAL, World, ended, running, server, waiting


def observed(world: World) -> Observation:
    return observe(world.cache, world.live(HAL.ref.kind, "hal"))


def line(world: World) -> tuple[SidecarPhase, str]:
    (found,) = lines(observed(world), world.now)
    assert found.ready == (found.phase is SidecarPhase.READY)
    return found.phase, found.message or ""


@pytest.fixture
def world() -> World:
    world = World()
    world.bot()
    world.sidecar("weather", image="weather:1", port=9000)
    return world


def test_before_there_is_a_pod(world: World) -> None:
    assert line(world) == (SidecarPhase.STARTING, "it is starting")


def test_ready_after_the_handshake_and_not_before(world: World) -> None:
    world.pod("hal-1", [running("bot"), running("mcp-weather")])
    assert line(world)[0] is SidecarPhase.STARTING
    world.report(servers=[server("weather", "Connecting")])
    assert line(world) == (SidecarPhase.STARTING, "the bot is connecting to it")
    world.report(servers=[server("weather")])
    assert line(world) == (SidecarPhase.READY, "")


def test_a_report_from_a_pod_whose_bot_is_not_ready_counts_for_nothing(world: World) -> None:
    world.pod("hal-1", [running("bot", ready=False), running("mcp-weather")])
    world.report(servers=[server("weather")])
    assert observed(world).report is None
    assert line(world)[0] is SidecarPhase.STARTING


def test_a_report_from_a_pod_that_is_gone_counts_for_nothing(world: World) -> None:
    world.pod("hal-2", [running("bot"), running("mcp-weather")])
    world.report("hal-1", servers=[server("weather")])
    assert observed(world).report is None


@pytest.mark.parametrize(
    "told",
    [
        "401 Unauthorized",
        "ErrImagePull: 401 Unauthorized",
        'Back-off pulling image "w:1": ErrImagePull: 401 Unauthorized',
    ],
)
def test_the_registrys_words_stay_the_same_while_the_kubelet_backs_off(world: World, told: str) -> None:
    world.pod("hal-1", [running("bot"), waiting("mcp-weather", "ImagePullBackOff", told)])
    phase, message = line(world)
    assert phase is SidecarPhase.FAILED
    assert message == (
        "image mcp-weather:1 cannot be pulled: 401 Unauthorized; the registry denied access: "
        "put a pull secret into namespace ops and name it in the bot's `imagePullSecrets`"
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (waiting("mcp-weather", "InvalidImageName"), "is not a valid image name: correct `image`"),
        (waiting("mcp-weather", "ErrImageNeverPull"), "imagePullPolicy is Never: load it or change the policy"),
        (waiting("mcp-weather", "CreateContainerError", "no such file: /run"), "no such file: /run; check `command`"),
        (waiting("mcp-weather", "CrashLoopBackOff", restarts=1, lastState=ended(1)), "it exited with code 1; see"),
        (
            waiting("mcp-weather", "CrashLoopBackOff", restarts=5, lastState=ended(0, "Completed")),
            "with code 0, restarted 5",
        ),
        (running("mcp-weather", ready=False, restarts=3, lastState=ended(137, "OOMKilled")), "its limit is 256Mi"),
    ],
)
def test_each_cause_has_its_words(world: World, status: dict[str, Any], words: str) -> None:
    world.pod("hal-1", [running("bot"), status])
    phase, message = line(world)
    assert phase is SidecarPhase.FAILED
    assert words in message


def test_a_container_that_recovered_is_not_held_its_past_against(world: World) -> None:
    world.pod("hal-1", [running("bot"), running("mcp-weather", restarts=3, lastState=ended(1))])
    world.report(servers=[server("weather")])
    assert line(world) == (SidecarPhase.READY, "")


def test_a_pod_that_no_node_takes(world: World) -> None:
    unschedulable = {"type": "PodScheduled", "status": "False", "message": "0/1 nodes: insufficient memory"}
    world.pod("hal-1", [], node=None, phase="Pending", conditions=[unschedulable])
    assert line(world) == (SidecarPhase.FAILED, "pod hal-1 cannot be scheduled: 0/1 nodes: insufficient memory")


def test_while_a_new_pod_starts_the_old_one_answers_and_the_line_stays_ready(world: World) -> None:
    world.pod("hal-1", [running("bot"), running("mcp-weather")], template="old", created="2026-11-24T09:00:00Z")
    world.pod("hal-2", [running("bot"), waiting("mcp-weather", "ContainerCreating")], template="new")
    world.report("hal-1", servers=[server("weather")])
    assert line(world) == (SidecarPhase.READY, "pod hal-1 still uses it while another pod starts")


def test_while_a_new_pod_fails_the_line_says_both(world: World) -> None:
    world.pod("hal-1", [running("bot"), running("mcp-weather")], template="old", created="2026-11-24T09:00:00Z")
    world.pod("hal-2", [running("bot"), waiting("mcp-weather", "ErrImagePull", "not found")], template="new")
    world.report("hal-1", servers=[server("weather")])
    assert line(world) == (
        SidecarPhase.READY,
        "pod hal-1 still uses it; in pod hal-2: image mcp-weather:1 cannot be pulled: not found; the "
        "registry has no such image or tag: check its name and tag",
    )


def test_of_two_pods_made_in_the_same_second_the_one_like_the_deployment_is_the_new_one(world: World) -> None:
    world.pod("hal-zzz-old", [running("bot"), running("mcp-weather")], template="old")
    world.pod("hal-aaa-new", [running("bot"), waiting("mcp-weather", "ErrImagePull", "not found")], template="new")
    world.report("hal-zzz-old", servers=[server("weather")])
    containers = [{"name": "bot"}, {"name": "mcp-weather"}]
    template = {"metadata": {"labels": {"pod-template-hash": "new"}}, "spec": {"containers": containers}}
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hal", "namespace": "ops"}}
    world.put(ObjectRef(DEPLOYMENT, "ops", "hal"), {**deployment, "spec": {"template": template}})
    assert "in pod hal-aaa-new: image mcp-weather:1 cannot be pulled" in line(world)[1]


def test_a_standby_that_starts_does_not_make_the_bot_look_broken(world: World) -> None:
    world.pod("hal-1", [running("bot"), running("mcp-weather")])
    world.pod("hal-2", [running("bot"), waiting("mcp-weather", "ContainerCreating")])
    world.report("hal-1", servers=[server("weather")])
    assert line(world)[0] is SidecarPhase.READY


def test_a_suspended_bot(world: World) -> None:
    world.bot(suspend=True)
    assert line(world) == (SidecarPhase.DISABLED, "the bot is suspended: no pod runs")


def test_a_refused_sidecar_and_one_that_is_switched_off(world: World) -> None:
    world.sidecar("weather", image="weather:1", port=9000, enabled=False)
    assert line(world)[0] is SidecarPhase.DISABLED
    world.sidecar("weather", image="weather:1", port=8080)
    assert line(world)[0] is SidecarPhase.NOT_ACCEPTED
