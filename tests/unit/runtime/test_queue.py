"""The work queue keeps client-go's promises."""

from __future__ import annotations

import asyncio

import pytest

from ritsuko_common.backoff import Delays
from ritsuko_operator.runtime.queue import KeyedQueue, WorkQueue
from tests.unit.runtime.fakes import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(clock: Clock) -> KeyedQueue[str]:
    return KeyedQueue(clock=clock, delays=Delays(first=1, longest=8, jitter=0.5), chance=lambda: 0.0)


def taken(queue: KeyedQueue[str]) -> list[str]:
    """Everything that can be taken now."""
    found: list[str] = []
    while (one := queue.take()) is not None:
        found.append(one[0])
    return found


def test_a_key_added_twice_is_worked_on_once(queue: KeyedQueue[str]) -> None:
    queue.add("a")
    queue.add("b")
    queue.add("a")
    assert taken(queue) == ["a", "b"]


def test_a_key_is_never_worked_on_twice_at_the_same_time(queue: KeyedQueue[str]) -> None:
    queue.add("a")
    queue.take()
    queue.add("a")
    assert taken(queue) == []
    queue.done("a")
    assert taken(queue) == ["a"]


def test_what_changed_during_the_work_is_not_lost_and_counts_once(queue: KeyedQueue[str]) -> None:
    queue.add("a")
    queue.take()
    queue.add("a")
    queue.add("a")
    queue.done("a")
    assert taken(queue) == ["a"]
    queue.done("a")
    assert taken(queue) == []


def test_a_delayed_key_comes_when_it_is_due(queue: KeyedQueue[str], clock: Clock) -> None:
    queue.add_after("a", 5)
    clock.now += 4.9
    assert taken(queue) == []
    clock.now += 0.1
    assert taken(queue) == ["a"]


def test_of_two_delays_the_earlier_counts_and_the_key_comes_once(queue: KeyedQueue[str], clock: Clock) -> None:
    queue.add_after("a", 5)
    queue.add_after("a", 1)
    queue.add_after("a", 3)
    clock.now += 1
    assert taken(queue) == ["a"]
    queue.done("a")
    clock.now += 10
    assert taken(queue) == []


def test_failures_in_a_row_wait_longer_and_longer_up_to_a_limit(queue: KeyedQueue[str]) -> None:
    assert [queue.retry("a") for _ in range(5)] == [1, 2, 4, 8, 8]


def test_after_a_success_a_failure_counts_as_the_first_again(queue: KeyedQueue[str]) -> None:
    queue.retry("a")
    queue.retry("a")
    queue.forget("a")
    assert queue.retry("a") == 1


def test_failures_of_one_key_do_not_slow_down_another(queue: KeyedQueue[str]) -> None:
    queue.retry("a")
    queue.retry("a")
    assert queue.retry("b") == 1


def test_jitter_spreads_keys_that_failed_together(clock: Clock) -> None:
    chances = iter([0.0, 0.5, 0.99])
    queue = KeyedQueue[str](clock=clock, delays=Delays(first=1, longest=8, jitter=0.5), chance=lambda: next(chances))
    assert [queue.retry(key) for key in "abc"] == [1.0, 0.75, pytest.approx(0.505)]


def test_it_tells_how_long_a_key_waited(queue: KeyedQueue[str], clock: Clock) -> None:
    queue.add("a")
    clock.now += 3
    assert queue.take() == ("a", 3)


def test_its_length_is_what_waits_for_a_worker_now(queue: KeyedQueue[str]) -> None:
    queue.add("a")
    queue.add("b")
    queue.add_after("c", 10)
    queue.take()
    assert len(queue) == 1


async def test_a_worker_that_waits_gets_the_key() -> None:
    queue = WorkQueue[str]()
    waiting = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.add("a")
    assert (await asyncio.wait_for(waiting, 5))[0] == "a"


async def test_a_delayed_key_reaches_a_free_worker_while_another_is_busy() -> None:
    queue = WorkQueue[str]()
    first, second = asyncio.create_task(queue.get()), asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.add("a", after=0.01)
    queue.add("b", after=0.02)
    results = await asyncio.wait_for(asyncio.gather(first, second), 5)  # neither worker says `done`
    assert {key for key, _ in results} == {"a", "b"}


async def test_many_workers_share_many_keys_and_no_key_runs_twice_at_once() -> None:
    queue = WorkQueue[int]()
    running: set[int] = set()
    worked: set[int] = set()
    all_worked = asyncio.Event()

    async def work() -> None:
        while True:
            key, _ = await queue.get()
            assert key not in running
            running.add(key)
            await asyncio.sleep(0)
            running.discard(key)
            worked.add(key)
            queue.done(key)
            if len(worked) == 30:
                all_worked.set()

    workers = [asyncio.create_task(work()) for _ in range(8)]
    for round_ in range(20):
        for key in range(30):
            queue.add(key, after=0.001 * (round_ % 3))
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await all_worked.wait()
    assert not [worker for worker in workers if worker.done()]
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)


def test_a_key_that_settles_is_put_off_while_more_comes(queue: KeyedQueue[str], clock: Clock) -> None:
    queue.settle("a", quiet=1, most=10)
    clock.now += 0.9
    queue.add_after("a", 0.05)
    clock.now += 0.9
    assert taken(queue) == []
    clock.now += 0.2
    assert taken(queue) == ["a"]


def test_a_key_that_never_comes_to_rest_is_taken_in_the_end(queue: KeyedQueue[str], clock: Clock) -> None:
    queue.settle("a", quiet=1, most=3)
    for _ in range(5):
        clock.now += 0.5
        queue.add_after("a", 0.05)
    assert taken(queue) == []
    clock.now += 0.5
    assert taken(queue) == ["a"]


def test_once_it_has_settled_a_key_is_like_any_other(queue: KeyedQueue[str], clock: Clock) -> None:
    queue.settle("a", quiet=1, most=3)
    clock.now += 1
    assert taken(queue) == ["a"]
    queue.done("a")
    queue.add_after("a", 0.05)
    clock.now += 0.05
    assert taken(queue) == ["a"]


def test_urgent_keys_go_first_and_the_others_still_have_their_turn(clock: Clock) -> None:
    queue = KeyedQueue[str](clock=clock, urgent=lambda key: key.startswith("bot"))
    queue.add("sidecar")
    bots = [f"bot-{number:02}" for number in range(20)]
    for bot in bots:
        queue.add(bot)
    order = taken(queue)
    assert order[0] == "bot-00"
    assert order.index("sidecar") < len(bots)
    assert sorted(order) == [*bots, "sidecar"]
