"""The cache believes whoever knows the newest version, and keeps no more than is read."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ritsuko_operator.reconcile.cluster import BotKey, Object
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


def names(found: Iterable[Object]) -> list[str]:
    return [each["metadata"]["name"] for each in found]


def test_a_sidecar_and_the_bot_that_it_names_find_each_other(cache: Cache) -> None:
    hal, eve = make(BOT, "hal", 1), make(BOT, "eve", 2)
    logs = make(SIDECAR, "logs", 3, spec={"botRef": {"name": "hal"}})
    cache.put(ref(SIDECAR, "logs"), logs)
    assert names(cache.bots_of(logs)) == []  # it is not there yet
    cache.put(ref(BOT, "hal"), hal)
    assert (names(cache.sidecars_of(hal)), names(cache.sidecars_of(eve))) == (["logs"], [])
    assert names(cache.bots_of(logs)) == ["hal"]


def test_a_bot_and_the_sidecars_that_it_selects_find_each_other(cache: Cache) -> None:
    eve = make(BOT, "eve", 1, spec={"mcpSidecars": {"selector": {"matchLabels": {"for": "all"}}}})
    logs = make(SIDECAR, "logs", 2, spec={"botRef": {"name": "hal"}})
    logs["metadata"]["labels"] = {"for": "all"}
    cache.put(ref(BOT, "eve"), eve)
    cache.put(ref(SIDECAR, "logs"), logs)
    assert names(cache.sidecars_of(eve)) == ["logs"]
    assert names(cache.bots_of(logs)) == ["eve"]


def test_a_sidecar_that_names_another_bot_by_now_is_found_by_that_one_only(cache: Cache) -> None:
    for version, name in ((1, "hal"), (2, "eve")):
        cache.put(ref(BOT, name), make(BOT, name, version))
        cache.put(ref(SIDECAR, "logs"), make(SIDECAR, "logs", version + 2, spec={"botRef": {"name": name}}))
    assert names(cache.sidecars_of(make(BOT, "hal", 1))) == []
    assert names(cache.sidecars_of(make(BOT, "eve", 2))) == ["logs"]


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
