"""One Lease and two that want it: never both, never long without one. The clock is the test's own."""

from __future__ import annotations

import asyncio
import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_common.lease import Candidate, Json, Lease, LeaseChanged, LeaseUnavailable, Timing

TIMING = Timing(duration=15, deadline=10, renew_every=0.001, retry=0.001)


class Store:
    """One Lease, with the apiserver's rules of versions."""

    def __init__(self) -> None:
        self.lease: Lease | None = None
        self.down = False
        self.writes = 0

    async def read(self) -> Lease | None:
        self._answer()
        return copy.deepcopy(self.lease)

    async def create(self, spec: Json) -> Lease:
        self._answer()
        if self.lease is not None:
            raise LeaseChanged("it exists")
        return self.keep(spec)

    async def update(self, lease: Lease, spec: Json) -> Lease:
        self._answer()
        if self.lease is None or lease.version != self.lease.version:
            raise LeaseChanged("it has been modified")
        return self.keep(spec)

    def keep(self, spec: Json) -> Lease:
        self.writes += 1
        self.lease = Lease({"metadata": {"resourceVersion": str(self.writes)}, "spec": copy.deepcopy(spec)})
        return copy.deepcopy(self.lease)

    def _answer(self) -> None:
        if self.down:
            raise LeaseUnavailable("connection refused")


class Scene:
    def __init__(self) -> None:
        self.now = 1000.0
        self.store = Store()
        self.one, self.other = self.candidate("one"), self.candidate("other")

    def candidate(self, identity: str) -> Candidate:
        return Candidate(self.store, identity=identity, timing=TIMING, clock=lambda: self.now)

    async def tries(self, candidate: Candidate) -> bool:
        try:
            async with asyncio.timeout(0.02):
                await candidate.acquire()
        except TimeoutError:
            return False
        return True


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_it_is_taken_when_nothing_changed_for_as_long_as_it_lasts(scene: Scene) -> None:
    assert await scene.tries(scene.one)
    scene.now += 100  # the observer saw nothing of that: its own clock counts from its first look
    assert not await scene.tries(scene.other)
    scene.now += 14.9
    assert not await scene.tries(scene.other)
    scene.now += 0.2
    assert await scene.tries(scene.other)
    assert scene.store.lease is not None
    assert scene.store.lease.spec["leaseTransitions"] == 1


async def test_a_renewal_that_is_seen_starts_the_wait_anew(scene: Scene) -> None:
    await scene.tries(scene.one)
    await scene.tries(scene.other)
    scene.now += 9
    assert await scene.tries(scene.one)
    await scene.tries(scene.other)
    scene.now += 14
    assert not await scene.tries(scene.other)


async def test_a_holder_that_was_frozen_does_not_rely_on_it(scene: Scene) -> None:
    await scene.tries(scene.one)
    scene.now += 10
    assert not scene.one.holding


async def test_a_holder_stops_at_once_when_another_one_has_it(scene: Scene) -> None:
    await scene.tries(scene.one)
    assert scene.store.lease is not None
    scene.store.keep({**scene.store.lease.spec, "holderIdentity": "other"})
    await asyncio.wait_for(scene.one.renew(), 5)
    assert not scene.one.holding
    assert scene.one.holder == "other"


async def test_an_outage_is_told_and_forgotten(scene: Scene) -> None:
    await scene.tries(scene.one)
    scene.store.down = True
    assert not await scene.tries(scene.one)
    assert scene.one.problem == "connection refused"
    assert scene.one.holding
    scene.store.down = False
    assert await scene.tries(scene.one)
    assert scene.one.problem is None


async def test_what_is_given_back_is_free_at_once(scene: Scene) -> None:
    await scene.tries(scene.one)
    await scene.one.release()
    assert not scene.one.holding
    assert await scene.tries(scene.other)


@given(st.lists(st.tuples(st.sampled_from(["one", "other", "down", "up", "release"]), st.floats(0, 20)), max_size=25))
def test_never_two_hold_it(steps: list[tuple[str, float]]) -> None:
    async def play() -> None:
        scene = Scene()
        for step, passes in steps:
            scene.now += passes
            match step:
                case "down" | "up":
                    scene.store.down = step == "down"
                case "release" if not scene.store.down:
                    await scene.one.release()
                case "one" | "other":
                    await getattr(scene, step)._attempt()
                case _:
                    pass
            assert not (scene.one.holding and scene.other.holding)

    asyncio.run(play())
