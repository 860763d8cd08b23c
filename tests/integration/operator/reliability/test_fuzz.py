"""Random resources: what the schema accepts never makes a reconcile fall over, and what it refuses changes nothing.

`RITSUKO_FUZZ` is how many resources of each sort go to the real apiserver; in memory it is always 2,000 of each.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ritsuko_operator.reconcile.cluster import BotKey, ObjectRef, SidecarKey
from ritsuko_operator.reconcile.kinds import BOT, SIDECAR
from tests import specs
from tests.cluster import ApiError, ControlPlane
from tests.integration.operator.eventually import eventually
from tests.integration.operator.reliability.supervised import MortalOperator
from tests.integration.operator.story import Story
from tests.unit.reconcile.worlds import NAMESPACE, World

Document = dict[str, Any]

_IN_MEMORY = 1_000  # examples; each is of two resources
_REAL = int(os.environ.get("RITSUKO_FUZZ", "200"))
_CREDENTIALS = {"ZULIP_EMAIL": "hal@chat.test", "ZULIP_API_KEY": "a-key", "ZULIP_SITE": "https://chat.test"}


def fuzz(examples: int) -> settings:
    """No shrinking of what took a cluster to find, and no database: each run is a new one."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )


@fuzz(_IN_MEMORY)
@given(bot=specs.valid_bots(), sidecar=specs.valid_sidecars())
def test_what_the_schema_accepts_is_reconciled_once_and_for_all(bot: Document, sidecar: Document) -> None:
    world = world_with(bot, sidecar)
    asyncio.run(reconcile(world, bot, sidecar))
    name = bot["metadata"]["name"]
    status = world.live(BOT, name)["status"]
    assert status["observedGeneration"] == 1
    for condition in status["conditions"]:
        assert condition["reason"]
        assert condition["message"] or condition["status"] != "True" or condition["type"] != "Stalled"
    world.writes.clear()
    asyncio.run(reconcile(world, bot, sidecar))
    assert world.writes == []


@pytest.mark.controlplane
def test_the_real_apiserver_takes_the_valid_ones_and_the_operator_deals_with_each(
    plane: ControlPlane, credentials: Path, story: Story, tmp_path: Path
) -> None:
    api = plane.api
    names = {"bot": set[str](), "sidecar": set[str]()}

    def create(kind: str, resource: Document) -> None:
        name = f"fuzz-{len(names[kind])}"
        resource["metadata"]["name"] = name
        if kind == "sidecar" and "botRef" in resource["spec"]:
            resource["spec"]["botRef"]["name"] = name
        api.request("POST", f"{story.path(kind)}?fieldValidation=Strict", resource)
        names[kind].add(name)

    @fuzz(_REAL)
    @given(bot=specs.valid_bots(), sidecar=specs.valid_sidecars())
    def create_both(bot: Document, sidecar: Document) -> None:
        secret = bot["spec"]["zulip"]["credentialsSecret"]["name"]
        story.secret(secret, **_CREDENTIALS)
        create("bot", bot)
        create("sidecar", sidecar)

    with MortalOperator(credentials, tmp_path / "log") as operator:
        create_both()
        for kind, created in names.items():
            eventually(lambda: not unseen(story, kind, created), within=120, what=f"each {kind} is seen")  # noqa: B023
        operator.settled(quiet=3, within=120)
        assert operator.exit_code() is None
        assert [line for line in operator.log_text().splitlines() if "reconciling it failed" in line] == []
        deployments = {item["metadata"]["name"] for item in story.items("deployment")}
    for bot in story.items("bot"):
        conditions = {entry["type"]: entry for entry in bot["status"]["conditions"]}
        explained = conditions.get("Stalled", {}).get("status") == "True" and conditions["Stalled"]["message"]
        assert bot["metadata"]["name"] in deployments or explained, bot


@pytest.mark.controlplane
@pytest.mark.parametrize(
    ("kind", "strategy"), [("bot", specs.refused_bots()), ("sidecar", specs.refused_sidecars())], ids=["bot", "sidecar"]
)
def test_the_real_apiserver_refuses_the_others_and_nothing_has_changed(
    plane: ControlPlane, story: Story, kind: str, strategy: st.SearchStrategy[Document]
) -> None:
    api, path = plane.api, story.path(kind)

    @fuzz(_REAL)
    @given(strategy)
    def refused(resource: Document) -> None:
        with pytest.raises(ApiError) as error:
            api.request("POST", path, resource)
        assert error.value.status in (400, 422), error.value

    refused()
    assert story.items(kind) == []


def world_with(bot: Document, sidecar: Document) -> World:
    """Both as they are when a user has just created them, and the credentials that the bot names."""
    world = World()
    for kind, resource in ((BOT, bot), (SIDECAR, sidecar)):
        metadata = {"namespace": NAMESPACE, "generation": 1, "creationTimestamp": "2026-11-24T09:00:00Z"}
        live = {**resource, "metadata": {**metadata, **resource["metadata"]}}
        world.put(ObjectRef(kind, NAMESPACE, resource["metadata"]["name"]), live)
    found: object = bot
    for field in ("spec", "zulip", "credentialsSecret", "name"):
        found = found.get(field) if isinstance(found, dict) else None
    if isinstance(found, str):
        world.secret(found, **_CREDENTIALS)
    return world


async def reconcile(world: World, bot: Document, sidecar: Document) -> None:
    await world.bots.reconcile(BotKey(NAMESPACE, bot["metadata"]["name"]))
    await world.sidecars.reconcile(SidecarKey(NAMESPACE, sidecar["metadata"]["name"]))


def unseen(story: Story, kind: str, created: set[str]) -> Sequence[str]:
    found = story.items(kind)
    assert {item["metadata"]["name"] for item in found} >= created
    return [
        item["metadata"]["name"]
        for item in found
        if item.get("status", {}).get("observedGeneration") != item["metadata"]["generation"]
    ]
