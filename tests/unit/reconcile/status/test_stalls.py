"""A bot that cannot go on without help is looked at again soon, and then at growing intervals."""

from __future__ import annotations

from datetime import datetime, timedelta

from ritsuko_api.reasons import Reason
from ritsuko_common.rfc3339 import parse_rfc3339
from ritsuko_operator.reconcile.errors import ApiError
from ritsuko_operator.reconcile.kinds import CONFIG_MAP
from ritsuko_operator.reconcile.memory import Memory
from ritsuko_operator.reconcile.status.outcome import Cause
from ritsuko_operator.reconcile.status.stalls import Stalls
from tests.unit.reconcile.worlds import HAL, World

START = parse_rfc3339("2026-11-24T10:00:00Z")
TAKEN, REFUSED = Cause(Reason.NAME_TAKEN, "taken"), Cause(Reason.APPLY_REFUSED, "refused")


def waits(stalls: Stalls, cause: Cause, *, start: datetime, times_looked: int) -> list[float]:
    """How long it waits each time, if it is looked at whenever that is over."""
    found: list[float] = []
    now = start
    for _ in range(times_looked):
        wait = stalls.look_again(HAL, cause, now)
        assert wait is not None
        found.append(wait)
        now = now + timedelta(seconds=wait)
    return found


def test_the_waits_grow_from_ten_seconds_to_a_minute() -> None:
    assert waits(Stalls(Memory()), TAKEN, start=START, times_looked=6) == [10, 10, 20, 40, 60, 60]


def test_looks_in_between_do_not_make_them_grow() -> None:
    stalls = Stalls(Memory())
    assert {stalls.look_again(HAL, TAKEN, START) for _ in range(20)} == {10}


def test_another_cause_begins_anew_and_so_does_the_same_one_after_it_was_gone() -> None:
    stalls = Stalls(Memory())
    later = START + timedelta(seconds=300)
    stalls.look_again(HAL, TAKEN, START)
    assert stalls.look_again(HAL, TAKEN, later) == 60
    assert stalls.look_again(HAL, REFUSED, later) == 10
    assert stalls.look_again(HAL, None, later) is None
    assert stalls.look_again(HAL, TAKEN, later) == 10


def test_a_spec_that_has_to_be_changed_is_not_looked_at_by_the_clock() -> None:
    assert Stalls(Memory()).look_again(HAL, Cause(Reason.INVALID_SPEC, "bad"), START) is None


async def test_a_child_that_is_refused_costs_one_request_a_try_and_no_status() -> None:
    world = World()
    world.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="a-key")
    world.bot()
    world.refuse[CONFIG_MAP] = ApiError("applying ConfigMap ops/hal-mcp", 422, "Invalid", "denied by a policy")
    assert await world.bots.reconcile(HAL) == 10
    assert "denied by a policy; the operator retries within a minute" in world.condition("Stalled")["message"]
    world.now = world.now + timedelta(seconds=10)
    assert await world.reconcile() == []
    world.refuse.clear()
    assert "apply ConfigMap hal-mcp" in await world.reconcile()
    assert world.condition("Stalled")["status"] == "False"
