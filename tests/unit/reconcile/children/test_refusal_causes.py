"""Whose fault a refusal of the Deployment is. The refusals are Kubernetes 1.34's own."""

from __future__ import annotations

from typing import Any

from ritsuko_operator.reconcile.children.refusal_causes import causes as causes_of
from ritsuko_operator.reconcile.cluster import Object
from ritsuko_operator.reconcile.errors import ApiError, StatusCause
from ritsuko_operator.reconcile.pods.observation import Observation, observe
from tests.unit.reconcile.worlds import HAL, World

IMAGE = {"image": "registry.test/mcp:1"}
DATA = {"volumes": [{"name": "data", "emptyDir": {}}]}
TOO_LITTLE = 'Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi'
REQUESTS = "spec.template.spec.containers[1].resources.requests"


def observed(**bot: Any) -> Observation:
    """A bot with the sidecars one and two, which share a volume, and three, a native one."""
    world = World()
    world.bot(**bot)
    world.sidecar("one", **IMAGE, port=9001, **DATA)
    world.sidecar("two", **IMAGE, port=9002, **DATA)
    world.sidecar("three", **IMAGE, port=9003, native=True)
    return observe(world.cache, world.live(HAL.ref.kind, "hal"))


def deployment(*containers: str) -> Object:
    pod = {
        "containers": [{"name": name} for name in containers or ("bot", "mcp-one", "mcp-two")],
        "initContainers": [{"name": "bridge"}, {"name": "mcp-three"}],
        "volumes": [{"name": "mcp-config"}, {"name": "data"}],
    }
    return {"spec": {"template": {"spec": pod}}}


def blamed(observed: Observation, desired: Object, error: ApiError) -> dict[str, str]:
    return causes_of(observed.bot, observed.selection, desired, observed.deployment, error)


def invalid(*causes: tuple[str, str]) -> ApiError:
    return ApiError(
        "applying Deployment ops/hal",
        422,
        "Invalid",
        "Deployment.apps is invalid",
        [StatusCause(*cause) for cause in causes],
    )


def test_an_index_becomes_the_containers_name_and_the_sidecar_is_told() -> None:
    assert blamed(observed(), deployment(), invalid((REQUESTS, TOO_LITTLE))) == {
        "one": f"containers[mcp-one].resources.requests: {TOO_LITTLE}"
    }


def test_each_gets_what_is_said_of_it_and_all_of_that() -> None:
    causes = [
        (REQUESTS, TOO_LITTLE),
        ("spec.template.spec.containers[1].ports[0].name", "Invalid value"),
        ("spec.template.spec.initContainers[1].livenessProbe", "Required value: must specify a handler type"),
        ("spec.template.spec.containers[0].image", "Required value"),
    ]
    assert blamed(observed(), deployment(), invalid(*causes)) == {
        "one": f"containers[mcp-one].resources.requests: {TOO_LITTLE}; "
        "containers[mcp-one].ports[0].name: Invalid value",
        "three": "initContainers[mcp-three].livenessProbe: Required value: must specify a handler type",
    }


def test_of_a_volume_all_that_bring_it_are_told() -> None:
    cause = ("spec.template.spec.volumes[1].name", "Invalid value")
    told = "volumes[data].name: Invalid value"
    assert blamed(observed(), deployment(), invalid(cause)) == {"one": told, "two": told}


def test_a_volume_that_the_bot_brings_too_is_the_bots() -> None:
    cause = ("spec.template.spec.volumes[1].name", "Invalid value")
    assert blamed(observed(**DATA), deployment(), invalid(cause)) == {}


def test_what_is_the_bots_own_is_nobodys() -> None:
    causes = [
        ("spec.template.spec.containers[0].resources.requests", TOO_LITTLE),
        ("spec.template.spec.initContainers[0].image", "Required value"),
        ("spec.template.spec.volumes[0].name", "Invalid value"),
        ("spec.template.spec.priorityClassName", "Invalid value"),
        ("spec.template.spec.containers[7].image", "Required value"),
        ("", "denied by a policy"),
    ]
    assert blamed(observed(), deployment(), invalid(*causes)) == {}


def test_where_somebody_has_added_a_container_an_index_says_nothing() -> None:
    observation = observed()
    live = deployment("an-agent", "bot", "mcp-one")
    changed = Observation(observation.bot, observation.selection, live)
    assert blamed(changed, deployment(), invalid((REQUESTS, TOO_LITTLE))) == {}
    cause = ("spec.template.spec.initContainers[1].image", "Required value")
    assert list(blamed(changed, deployment(), invalid(cause))) == ["three"]


def test_server_side_apply_names_the_containers_itself() -> None:
    message = (
        "failed to create typed patch object (ops/hal; apps/v1, Kind=Deployment): errors:\n"
        '  .spec.template.spec.containers[name="mcp-one"].env: duplicate entries for key [name="A"]\n'
        '  .spec.template.spec.containers[name="mcp-two"].nope: field not declared in schema'
    )
    assert blamed(observed(), deployment(), ApiError("applying", 500, "", message)) == {
        "one": 'containers[mcp-one].env: duplicate entries for key [name="A"]',
        "two": "containers[mcp-two].nope: field not declared in schema",
    }


def test_the_text_of_one_sidecar_cannot_blame_another() -> None:
    text = '.spec.template.spec.containers[name="mcp-two"].nope: field not declared in schema'
    message = (
        "failed to create typed patch object (ops/hal; apps/v1, Kind=Deployment): "
        f'.spec.template.spec.containers[name="mcp-one"].env: duplicate entries for key [name="x: {text}"]'
    )
    assert list(blamed(observed(), deployment(), ApiError("applying", 500, "", message))) == ["one"]
    assert list(blamed(observed(), deployment(), invalid((REQUESTS, f"Invalid value: {text}")))) == ["one"]
