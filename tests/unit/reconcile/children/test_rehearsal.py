"""Sidecars that the apiserver will not have in a pod, in memory: what is asked, remembered and forgotten."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ritsuko_common.rfc3339 import parse_rfc3339
from ritsuko_operator.reconcile.cluster import Object
from ritsuko_operator.reconcile.errors import ApiError, ApiUnreachableError, NotDoneError, StatusCause
from ritsuko_operator.reconcile.kinds import CONFIG_MAP, DEPLOYMENT, SIDECAR
from tests.unit.reconcile.worlds import HAL, World, running

BAD = "bad.test/mcp:1"


@pytest.fixture
def new() -> World:
    """A bot that has no Deployment yet."""
    world = World()
    world.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="key")
    world.bot()
    world.sidecar("kubernetes", server="kubernetes")
    world.validate = refuses_bad_images
    return world


@pytest.fixture
async def world(new: World) -> World:
    """The same bot with its Deployment."""
    await new.reconcile("kubernetes")
    assert new.rehearsed == [], "all is well with a new one: it is not asked about"
    return new


def containers(manifest: Object) -> list[Any]:
    return manifest["spec"]["template"]["spec"]["containers"] if manifest["kind"] == "Deployment" else []


def refuses_bad_images(manifest: Object) -> ApiError | None:
    """As validation does: of all that is wrong it says where."""
    found = [
        StatusCause(f"spec.template.spec.containers[{index}].image", "bad image")
        for index, container in enumerate(containers(manifest))
        if container["image"] == BAD
    ]
    return ApiError("applying Deployment", 422, "Invalid", "is invalid", found) if found else None


def denies_bad_images(manifest: Object) -> ApiError | None:
    """As a policy does: it says no more than that."""
    bad = any(container["image"] == BAD for container in containers(manifest))
    return ApiError("applying Deployment", 400, "", "denied by a policy") if bad else None


def takes_three(manifest: Object) -> ApiError | None:
    many = len(containers(manifest)) > 3
    return ApiError("applying Deployment", 422, "Invalid", "too many containers") if many else None


def names(world: World) -> list[str]:
    return [container["name"] for container in containers(world.live(DEPLOYMENT, "hal"))]


def servers(world: World) -> list[str]:
    return list(json.loads(world.live(CONFIG_MAP, "hal-mcp")["data"]["mcp.json"])["mcpServers"])


def accepted(world: World, name: str) -> tuple[str, str]:
    told = world.condition("Accepted", name, of=SIDECAR)
    return told["status"], told["reason"]


async def test_nothing_is_written_of_one_that_is_refused(world: World) -> None:
    world.sidecar("bad", image=BAD, port=9000)
    assert await world.reconcile("bad") == ["status RitsukoBot hal", "status McpSidecar bad"]
    assert names(world) == ["bot", "mcp-kubernetes"]
    assert servers(world) == ["kubernetes"]
    assert accepted(world, "bad") == ("False", "InvalidSpec")
    assert world.condition("Stalled")["status"] == "False"


async def test_a_new_bot_gets_its_deployment_without_it(new: World) -> None:
    new.sidecar("bad", image=BAD, port=9000)
    await new.reconcile("bad")
    assert names(new) == ["bot", "mcp-kubernetes"]
    assert servers(new) == ["kubernetes"]
    assert accepted(new, "bad") == ("False", "InvalidSpec")
    assert await new.reconcile("bad") == []
    assert len(new.rehearsed) == 1


async def test_it_is_asked_once_for_all_and_then_no_more(world: World) -> None:
    world.sidecar("bad", image=BAD, port=9000)
    world.sidecar("worse", image=BAD, port=9001)
    await world.reconcile()
    assert len(world.rehearsed) == 1, "what is left is there already"
    await world.reconcile("bad")
    assert await world.reconcile("bad") == []
    assert len(world.rehearsed) == 1


async def test_an_operator_that_starts_anew_asks_once_more_and_writes_nothing(world: World) -> None:
    world.sidecar("bad", image=BAD, port=9000)
    await world.reconcile("bad")
    world.rehearsed.clear()
    world.memory.forget(HAL)
    world.bots = world.reconciler()
    assert await world.reconcile("bad") == []
    assert len(world.rehearsed) == 1
    assert accepted(world, "bad") == ("False", "InvalidSpec")


async def test_it_is_tried_again_when_its_own_spec_or_the_bots_changes(world: World) -> None:
    world.sidecar("bad", image=BAD, port=9000)
    await world.reconcile()
    world.rehearsed.clear()
    world.bot(logLevel="DEBUG")
    await world.reconcile()
    assert [len(containers(manifest)) for manifest in world.rehearsed] == [3, 2]
    world.sidecar("bad", image="good.test/mcp:1", port=9000)
    await world.reconcile("bad")
    assert names(world) == ["bot", "mcp-bad", "mcp-kubernetes"]
    assert accepted(world, "bad") == ("True", "Accepted")


async def test_it_is_tried_again_after_an_hour(world: World) -> None:
    world.rolled_out()
    world.pod("hal-1", [running("bot"), running("mcp-kubernetes")])  # nothing else is waited for
    world.sidecar("bad", image=BAD, port=9000)
    await world.bots.reconcile(HAL)
    world.now = parse_rfc3339("2026-11-24T10:59:00Z")
    assert await world.bots.reconcile(HAL) == 60
    world.rehearsed.clear()
    world.now = parse_rfc3339("2026-11-24T11:00:00Z")
    assert await world.reconcile("bad") == ["status McpSidecar bad"]
    assert await world.reconcile("bad") == [], "there is nothing new to say"
    assert len(world.rehearsed) == 1
    world.validate = lambda _: None
    world.now = parse_rfc3339("2026-11-24T12:00:00Z")
    await world.reconcile("bad")
    assert accepted(world, "bad") == ("True", "Accepted")


async def test_its_port_is_free_for_another(world: World) -> None:
    world.sidecar("bad", image=BAD, port=9000)
    world.sidecar("good", image="good.test/mcp:1", port=9000)
    await world.reconcile()
    assert names(world) == ["bot", "mcp-good", "mcp-kubernetes"]


async def test_who_is_not_named_is_found_by_trying_without(world: World) -> None:
    world.validate = denies_bad_images
    world.sidecar("bad", image=BAD, port=9000)
    world.sidecar("worse", image=BAD, port=9001)
    await world.reconcile("bad", "kubernetes")
    assert names(world) == ["bot", "mcp-kubernetes"]
    assert accepted(world, "bad") == ("False", "InvalidSpec")
    assert "denied by a policy" in world.condition("Accepted", "bad", of=SIDECAR)["message"]
    assert accepted(world, "kubernetes") == ("True", "Accepted")


async def test_a_webhook_that_forbids_it_is_heard_as_well(world: World) -> None:
    """Only of want of rights does nobody know how long it lasts, and whom it is about."""
    world.sidecar("bad", image=BAD, port=9000)
    said = 'admission webhook "policy.test" denied the request: no such registry'
    world.validate = lambda manifest: denies_bad_images(manifest) and ApiError("applying", 403, "Forbidden", said)
    await world.reconcile("bad")
    assert names(world) == ["bot", "mcp-kubernetes"]
    assert "no such registry" in world.condition("Accepted", "bad", of=SIDECAR)["message"]


async def test_where_there_are_too_many_the_older_ones_stay(world: World) -> None:
    world.validate = takes_three
    world.sidecar("b", image="good.test/mcp:1", port=9000)
    world.sidecar("a", image="good.test/mcp:1", port=9001)
    young = world.live(SIDECAR, "a")
    young["metadata"]["creationTimestamp"] = "2026-11-24T09:30:00Z"
    world.put(HAL.ref._replace(kind=SIDECAR, name="a"), young)
    await world.reconcile()
    assert names(world) == ["bot", "mcp-b", "mcp-kubernetes"]


async def test_what_no_sidecar_is_to_blame_for_stalls_and_is_looked_into_once(world: World) -> None:
    world.validate = lambda manifest: (
        ApiError("applying", 422, "Invalid", "no bots here") if manifest["kind"] == "Deployment" else None
    )
    world.bot(logLevel="DEBUG")
    await world.reconcile("kubernetes")
    assert world.condition("Stalled")["reason"] == "ApplyRefused"
    assert accepted(world, "kubernetes") == ("True", "Accepted")
    world.rehearsed.clear()
    await world.reconcile()
    assert world.rehearsed == []


async def test_what_may_pass_blames_nobody(world: World) -> None:
    world.refuse[DEPLOYMENT] = ApiError("applying", 429, "TooManyRequests", "later")
    world.bot(logLevel="DEBUG")
    with pytest.raises(NotDoneError, match="later"):
        await world.reconcile()
    assert accepted(world, "kubernetes") == ("True", "Accepted")
    world.refuse.clear()
    assert "apply Deployment hal" in await world.reconcile()
    assert names(world) == ["bot", "mcp-kubernetes"]


async def test_without_an_answer_nothing_is_written(world: World) -> None:
    async def silent(*_: object) -> None:
        raise ApiUnreachableError("no answer")

    world.rehearse = silent  # type: ignore[method-assign]
    world.sidecar("bad", image=BAD, port=9000)
    with pytest.raises(ApiUnreachableError):
        await world.reconcile()
    assert world.writes == []


async def test_only_a_deployment_that_would_be_written_is_asked_about(world: World) -> None:
    world.sidecar("kubernetes", server="kubernetes", tools={"deny": ["describe"]})
    await world.reconcile()
    assert world.rehearsed == []
    world.bot(logLevel="DEBUG")
    await world.reconcile()
    assert len(world.rehearsed) == 1


async def test_what_was_refused_is_forgotten_with_the_bot_and_with_the_sidecar(world: World) -> None:
    for name in ("bad", "worse"):
        world.sidecar(name, image=BAD, port=9000)
        await world.reconcile()
        assert list(world.refusals.of(HAL)) == [name]
        world.remove(HAL.ref._replace(kind=SIDECAR, name=name))
    world.remove(HAL.ref)
    await world.reconcile()
    assert list(world.refusals.of(HAL)) == []
