"""The headers of remote servers: copied from where users keep them, and told where there is nothing to copy."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from ritsuko_operator.reconcile.cluster import ObjectRef
from ritsuko_operator.reconcile.kinds import CONFIG_MAP, DEPLOYMENT, SECRET, SIDECAR
from tests.unit.reconcile.worlds import HAL, NAMESPACE, World, running, server

REMOTE: dict[str, Any] = {
    "url": "https://mcp.example.test/mcp",
    "headers": [{"name": "Authorization", "valueFrom": {"secretKeyRef": {"name": "github", "key": "token"}}}],
}


@pytest.fixture
async def world() -> World:
    world = World()
    world.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="a-key")
    world.secret("github", token="Bearer ghp_1234567890abcdef\n")
    world.bot()
    world.sidecar("github", **REMOTE)
    await world.reconcile("github")
    return world


def copied(world: World) -> dict[str, str]:
    data = world.live(SECRET, "hal-mcp-headers")["data"]
    return {key: base64.b64decode(value).decode() for key, value in data.items()}


def line(world: World) -> tuple[str, str]:
    (found,) = world.live(HAL.ref.kind, "hal")["status"]["sidecars"]
    return found["phase"], found.get("message", "")


def works(world: World) -> None:
    world.pod("hal-1", [running("bot")])
    revision = world.live(HAL.ref.kind, "hal")["status"]["configRevision"]
    world.report(revision=revision, servers=[server("github")])


async def test_the_value_is_copied_without_the_line_break_at_its_end(world: World) -> None:
    assert copied(world) == {"github.authorization": "Bearer ghp_1234567890abcdef"}
    assert "ghp_1234567890abcdef" not in json.dumps(world.live(CONFIG_MAP, "hal-mcp"))
    assert "ghp_1234567890abcdef" not in json.dumps(world.live(DEPLOYMENT, "hal"))
    assert await world.reconcile("github") == []


async def test_a_change_is_noticed_and_copied_and_no_pod_restarts(world: World) -> None:
    assert not await world.secrets_changed()
    world.secret("github", token="Bearer another")
    assert await world.secrets_changed()
    assert await world.reconcile() == ["apply Secret hal-mcp-headers"]
    assert copied(world) == {"github.authorization": "Bearer another"}
    assert not await world.secrets_changed()


async def test_a_missing_secret_is_told_and_the_bot_runs_on(world: World) -> None:
    works(world)
    world.remove(ObjectRef(SECRET, NAMESPACE, "github"))
    assert await world.secrets_changed()
    await world.reconcile("github")
    words = "header Authorization has no value: Secret github not found: create it in namespace ops with the key token"
    assert line(world) == ("Failed", words)
    assert world.condition("Ready")["reason"] == "SidecarsFailed"
    assert world.exists(DEPLOYMENT, "hal")
    world.secret("github", token="Bearer back")
    assert await world.secrets_changed()
    await world.reconcile("github")
    assert line(world) == ("Ready", "")


async def test_all_headers_without_a_value_are_told(world: World) -> None:
    works(world)
    other = {"name": "X-Team", "valueFrom": {"secretKeyRef": {"name": "team", "key": "name"}}}
    world.sidecar("github", **{**REMOTE, "headers": [*REMOTE["headers"], other]})
    world.remove(ObjectRef(SECRET, NAMESPACE, "github"))
    assert await world.secrets_changed()
    await world.reconcile()
    assert line(world)[1] == (
        "header Authorization has no value: Secret github not found: create it in namespace ops "
        "with the key token; header X-Team has no value: Secret team not found: create it in "
        "namespace ops with the key name"
    )


@pytest.mark.parametrize("values", [{"other": "x"}, {"token": ""}, {"token": "two\nlines"}])
async def test_a_value_that_no_header_can_have_is_told(world: World, values: dict[str, str]) -> None:
    works(world)
    world.secret("github", **values)
    await world.reconcile()
    assert line(world)[1].startswith("header Authorization has no value: Secret github has no key token, or its value")


async def test_the_copy_goes_with_the_last_remote_server_also_after_a_restart(world: World) -> None:
    live = world.objects[ObjectRef(HAL.ref.kind, NAMESPACE, "hal")]
    assert live
    world.sidecar("github", image="github:1", port=9000)
    world.secrets = type(world.secrets)(world, world.memory)
    world.bots = world.reconciler()
    assert "delete Secret hal-mcp-headers" in await world.reconcile()
    assert await world.reconcile() == []


async def test_its_line_is_what_the_bot_says(world: World) -> None:
    works(world)
    await world.reconcile("github")
    assert line(world) == ("Ready", "")
    world.report(servers=[server("github", "Down", error="HTTP 401 Unauthorized")])
    await world.reconcile("github")
    assert line(world) == (
        "Failed",
        (
            "it rejects the bot's credentials: HTTP 401 Unauthorized; check the value in the Secret that its "
            "`headers` name"
        ),
    )


async def test_an_error_that_repeats_the_value_is_told_without_it(world: World) -> None:
    works(world)
    world.secret("github", token="an opaque value")
    world.report(servers=[server("github", "Down", error="rejected: an opaque value")])
    await world.reconcile("github")
    assert line(world)[1].startswith("the bot cannot use it: rejected: [redacted-secret]; ")
    assert "opaque" not in json.dumps(world.live(SIDECAR, "github"))
