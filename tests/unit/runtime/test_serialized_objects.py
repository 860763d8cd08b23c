"""Objects kept as text come back as they were, and are parsed once for as long as somebody reads them."""

from __future__ import annotations

from ritsuko_operator.reconcile.kinds import CONFIG_MAP
from ritsuko_operator.runtime.serialized_objects import SerializedObjects
from tests.unit.runtime.fakes import config_map, ref

ONE, TWO = ref(CONFIG_MAP, "one"), ref(CONFIG_MAP, "two")


def test_an_object_comes_back_as_it_was() -> None:
    texts = SerializedObjects()
    odd = {**config_map(1), "data": {"é\u2028": "\x00日", "number": 1.5, "truth": True, "none": None}}
    texts.put(ONE, odd)
    assert texts.get(ONE) == odd
    assert texts.get(TWO) is None


def test_all_who_read_get_the_same_one_until_it_is_another() -> None:
    texts = SerializedObjects()
    texts.put(ONE, config_map(1))
    first = texts.get(ONE)
    assert texts.get(ONE) is first
    texts.put(ONE, config_map(2))
    assert texts.get(ONE) == config_map(2)
    texts.remove(ONE)
    assert texts.get(ONE) is None
    assert ONE not in texts


def test_what_was_not_read_for_long_is_parsed_anew() -> None:
    texts = SerializedObjects(hot=1)
    texts.put(ONE, config_map(1))
    texts.put(TWO, config_map(2))
    first = texts.get(ONE)
    assert texts.get(TWO) == config_map(2)
    assert texts.get(ONE) == first
    assert texts.get(ONE) is not first
