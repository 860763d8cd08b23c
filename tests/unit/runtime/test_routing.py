"""A change reaches the bots and sidecars it concerns, and no others."""

from __future__ import annotations

import pytest

from ritsuko_operator.reconcile.cluster import BotKey, SidecarKey
from ritsuko_operator.reconcile.kinds import BOT, CONFIG_MAP, POD, SIDECAR
from ritsuko_operator.runtime.cache import Cache
from ritsuko_operator.runtime.routing import keys_for
from tests.unit.runtime.fakes import config_map, make, ref

HAL, EVE = BotKey("ops", "hal"), BotKey("ops", "eve")
LOGS = SidecarKey("ops", "logs")


@pytest.fixture
def cache() -> Cache:
    cache = Cache()
    for name in ("hal", "eve"):
        cache.put(ref(BOT, name), make(BOT, name, 1))
    cache.put(ref(SIDECAR, "logs"), make(SIDECAR, "logs", 2, spec={"botRef": {"name": "hal"}}))
    return cache


def test_a_sidecar_concerns_itself_and_its_bot(cache: Cache) -> None:
    logs = cache.get(ref(SIDECAR, "logs"))
    assert keys_for(cache, ref(SIDECAR, "logs"), None, logs) == {LOGS, HAL}


def test_a_re_pointed_sidecar_concerns_the_bot_it_leaves_too(cache: Cache) -> None:
    before = cache.get(ref(SIDECAR, "logs"))
    after = make(SIDECAR, "logs", 3, spec={"botRef": {"name": "eve"}})
    assert keys_for(cache, ref(SIDECAR, "logs"), before, after) == {LOGS, HAL, EVE}


def test_a_bot_concerns_the_sidecars_that_name_it(cache: Cache) -> None:
    assert keys_for(cache, ref(BOT, "hal"), cache.get(ref(BOT, "hal"))) == {HAL, LOGS}
    assert keys_for(cache, ref(BOT, "eve"), cache.get(ref(BOT, "eve"))) == {EVE}


def test_a_pod_or_child_concerns_its_bot_whose_status_the_sidecars_follow(cache: Cache) -> None:
    assert keys_for(cache, ref(POD, "hal-1"), make(POD, "hal-1", 5)) == {HAL}
    assert keys_for(cache, ref(CONFIG_MAP, "hal-mcp"), config_map(6)) == {HAL}


def test_what_is_not_of_our_making_concerns_nobody(cache: Cache) -> None:
    stranger = config_map(6)
    stranger["metadata"]["labels"] = {"app.kubernetes.io/instance": "hal"}
    assert keys_for(cache, ref(CONFIG_MAP, "hal-mcp"), stranger) == set()
