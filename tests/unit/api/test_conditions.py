"""Conditions: the transition time moves when the status does, and never otherwise."""

from ritsuko_api.conditions import Condition, Status, settle


def condition(type_: str, status: Status, *, at: str, reason: str = "Because") -> Condition:
    return Condition(type=type_, status=status, reason=reason, message="", observedGeneration=1, lastTransitionTime=at)


def test_a_status_that_stays_keeps_its_transition_time() -> None:
    before = condition("Ready", "True", at="2026-01-01T00:00:00Z", reason="Working")
    after = condition("Ready", "True", at="2026-01-02T00:00:00Z", reason="StillWorking")
    assert settle([after], [before]) == [condition("Ready", "True", at="2026-01-01T00:00:00Z", reason="StillWorking")]


def test_a_status_that_changes_gets_the_new_one() -> None:
    before = condition("Ready", "True", at="2026-01-01T00:00:00Z")
    after = condition("Ready", "False", at="2026-01-02T00:00:00Z")
    assert settle([after], [before]) == [after]


def test_the_order_never_makes_two_statuses_differ() -> None:
    ready, stalled = condition("Ready", "True", at="x"), condition("Stalled", "False", at="x")
    assert settle([stalled, ready], []) == settle([ready, stalled], []) == [ready, stalled]
