"""A sidecar's own status follows what its bots say of it, and is written once for each thing that is new."""

from __future__ import annotations

import pytest

from ritsuko_common.rfc3339 import format_rfc3339
from ritsuko_operator.reconcile.cluster import ObjectRef, SidecarKey
from ritsuko_operator.reconcile.kinds import SECRET, SIDECAR
from tests.unit.reconcile.worlds import HAL, NAMESPACE, World, running, server

LOGS = SidecarKey(NAMESPACE, "logs")
WROTE = ["status McpSidecar logs"]


@pytest.fixture
async def world() -> World:
    world = World()
    world.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="a-key")
    world.bot()
    await world.reconcile()
    world.sidecar("logs", server="logs")
    world.writes.clear()
    world.followed.clear()
    return world


async def logs(world: World) -> list[str]:
    """Reconciles the sidecar alone, and returns what was written."""
    world.writes.clear()
    await world.sidecars.reconcile(LOGS)
    return list(world.writes)


def told(world: World, kind: str = "Accepted") -> tuple[str, str]:
    condition = world.condition(kind, "logs", SIDECAR)
    return condition["status"], condition["reason"]


async def test_nothing_is_said_before_the_bot_has_spoken_and_then_once(world: World) -> None:
    assert await logs(world) == []
    await world.reconcile()
    assert world.followed == ["logs"]
    assert await logs(world) == WROTE
    assert told(world) == ("True", "Accepted")
    assert await logs(world) == []


async def test_it_is_told_of_news_only(world: World) -> None:
    await world.reconcile()
    world.followed.clear()
    await world.reconcile()
    assert world.followed == []
    world.pod("hal-1", [running("bot"), running("mcp-logs")])
    world.report(servers=[server("logs")])
    await world.reconcile()
    assert world.followed == ["logs"]
    world.followed.clear()
    world.report(servers=[server("logs", tools=["search"])])  # the bot's line says the same, the tools are others
    await world.reconcile()
    assert world.followed == ["logs"]
    assert await logs(world) == WROTE
    assert world.live(SIDECAR, "logs")["status"]["tools"] == ["search"]


async def test_switched_on_again_it_waits_for_the_bot_instead_of_saying_two_things(world: World) -> None:
    world.sidecar("logs", server="logs", enabled=False)
    await world.reconcile("logs")
    assert told(world) == ("False", "Disabled")
    world.sidecar("logs", server="logs")
    assert await logs(world) == []
    await world.reconcile()
    assert await logs(world) == WROTE
    assert (told(world), told(world, "Ready")) == (("True", "Accepted"), ("False", "Starting"))


async def test_a_refusal_needs_no_word_of_the_bot(world: World) -> None:
    world.sidecar("kubernetes", server="kubernetes", port=8083)
    await world.reconcile("kubernetes", "logs")
    # by name, as both are of one age
    assert told(world) == ("False", "PortTaken")
    assert "port 8083 is taken by sidecar kubernetes" in world.condition("Accepted", "logs", SIDECAR)["message"]


async def test_with_its_bot_suspended_it_says_so(world: World) -> None:
    world.bot(suspend=True)
    await world.reconcile("logs")
    assert told(world, "Ready") == ("False", "Suspended")


async def test_without_its_bot_it_says_so(world: World) -> None:
    await world.reconcile("logs")
    world.remove(HAL.ref)
    assert await logs(world) == WROTE
    assert told(world) == ("False", "BotNotFound")
    assert told(world, "Ready") == ("False", "BotNotFound")  # the columns and the message of `kubectl get` are Ready's
    accepted, ready = (world.condition(kind, "logs", SIDECAR)["message"] for kind in ("Accepted", "Ready"))
    assert ready == accepted


async def test_a_secret_of_the_bots_own_that_is_not_wanted_is_looked_for_once(world: World) -> None:
    reads: list[str] = []
    get = world.get

    async def counted(ref: ObjectRef) -> object:
        if ref.kind is SECRET:
            reads.append(ref.name)
        return await get(ref)

    world.get = counted  # type: ignore[method-assign]
    world.secrets = type(world.secrets)(world, world.memory)
    world.bots = world.reconciler()
    await world.reconcile()
    assert "hal-mcp-headers" in reads
    reads.clear()
    await world.reconcile()
    assert "hal-mcp-headers" not in reads


def message(world: World) -> str:
    return world.condition("Accepted", "logs", SIDECAR)["message"]


async def test_a_bot_ref_that_names_no_bot_is_told_also_where_a_selector_takes_the_sidecar(world: World) -> None:
    labelled = world.live(SIDECAR, "logs")
    metadata = {**labelled["metadata"], "labels": {"team": "sre"}}
    spec = {**labelled["spec"], "botRef": {"name": "eve"}}
    world.put(LOGS.ref, {**labelled, "metadata": metadata, "spec": spec})
    world.bot(mcpSidecars={"selector": {"matchLabels": {"team": "sre"}}})
    await world.reconcile("logs")
    assert told(world) == ("True", "Accepted")
    assert message(world) == "used by hal; RitsukoBot eve not found in namespace ops: create it, or correct `botRef`"


async def test_a_bot_that_is_being_deleted_is_not_told_to_be_created(world: World) -> None:
    await world.reconcile("logs")
    live = world.live(HAL.ref.kind, "hal")
    world.put(HAL.ref, {**live, "metadata": {**live["metadata"], "deletionTimestamp": format_rfc3339(world.now)}})
    assert await logs(world) == WROTE
    assert told(world) == ("False", "BotNotFound")
    assert message(world) == "RitsukoBot hal in `botRef` is being deleted"
