"""A result is made anew when any of its inputs is another object, even an equal one."""

from __future__ import annotations

from ritsuko_operator.reconcile.identity_cache import IdentityCache


def test_the_same_inputs_give_the_same_result_and_other_ones_a_new_one() -> None:
    remembered = IdentityCache[object](most=2)
    first, equal = {"version": 1}, {"version": 1}
    one = remembered.get("hal", (first, None), object)
    assert remembered.get("hal", (first, None), object) is one
    assert remembered.get("hal", (equal, None), object) is not one
    assert remembered.get("hal", (equal,), object) is not one


def test_only_the_latest_are_kept() -> None:
    remembered = IdentityCache[object](most=2)
    thing = object()
    made = {key: remembered.get(key, (thing,), object) for key in ("a", "b")}
    assert remembered.get("a", (thing,), object) is made["a"]
    remembered.get("c", (thing,), object)
    assert remembered.get("a", (thing,), object) is made["a"]
    assert remembered.get("b", (thing,), object) is not made["b"]
