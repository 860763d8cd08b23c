"""The cache believes whoever knows the newest version, and keeps no more than is read."""

from __future__ import annotations

import pytest

from ritsuko_operator.reconcile.cluster import BotKey
from ritsuko_operator.reconcile.kinds import BOT, CONFIG_MAP, POD, SECRET, SIDECAR
from ritsuko_operator.runtime.cache import Cache
from tests.unit.runtime.fakes import config_map, make, ref

CONFIG = ref(CONFIG_MAP, "hal-mcp")


@pytest.fixture
def cache() -> Cache:
    return Cache()


def test_the_same_version_told_twice_is_no_news(cache: Cache) -> None:
    assert cache.put(CONFIG, config_map(5))
    assert not cache.put(CONFIG, config_map(5))


def test_a_late_answer_does_not_undo_a_newer_one(cache: Cache) -> None:
    cache.put(CONFIG, config_map(10))
    assert not cache.put(CONFIG, config_map(9))
    live = cache.get(CONFIG)
    assert live is not None
    assert live["metadata"]["resourceVersion"] == "10"


def test_a_late_answer_does_not_raise_what_was_deleted(cache: Cache) -> None:
    cache.put(CONFIG, config_map(5))
    cache.remove(CONFIG, version=8)
    assert not cache.put(CONFIG, config_map(7))
    assert cache.get(CONFIG) is None


def test_what_is_made_anew_after_a_deletion_is_there(cache: Cache) -> None:
    cache.put(CONFIG, config_map(5))
    cache.remove(CONFIG, version=8)
    assert cache.put(CONFIG, config_map(9, uid="two"))


def test_the_late_deletion_of_a_predecessor_takes_nothing(cache: Cache) -> None:
    cache.put(CONFIG, config_map(9, uid="two"))
    assert not cache.remove(CONFIG, uid="one", version=8)
    assert cache.get(CONFIG) is not None


def test_a_bots_children_and_pods_are_found_by_their_labels(cache: Cache) -> None:
    cache.put(CONFIG, config_map(1))
    cache.put(ref(POD, "hal-1"), make(POD, "hal-1", 2))
    assert [found.name for found, _ in cache.of_bot(BotKey("ops", "hal"))] == ["hal-mcp", "hal-1"]
    stranger = config_map(3)
    stranger["metadata"]["labels"] = {}
    cache.put(CONFIG, stranger)
    assert [found.name for found, _ in cache.of_bot(BotKey("ops", "hal"))] == ["hal-1"]


def test_bots_and_sidecars_are_found_by_namespace(cache: Cache) -> None:
    cache.put(ref(BOT, "hal"), make(BOT, "hal", 1))
    cache.put(ref(SIDECAR, "logs"), make(SIDECAR, "logs", 2))
    assert [found["metadata"]["name"] for found in cache.in_namespace(SIDECAR, "ops")] == ["logs"]
    assert list(cache.in_namespace(SIDECAR, "elsewhere")) == []


def test_no_secret_is_ever_kept(cache: Cache) -> None:
    assert not cache.put(ref(SECRET, "tokens"), make(SECRET, "tokens", 1))
    assert cache.get(ref(SECRET, "tokens")) is None


def test_managed_fields_are_not_kept(cache: Cache) -> None:
    fat = config_map(1)
    fat["metadata"]["managedFields"] = [{"manager": "x"}]
    cache.put(CONFIG, fat)
    live = cache.get(CONFIG)
    assert live is not None
    assert "managedFields" not in live["metadata"]
