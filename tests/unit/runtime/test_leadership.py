"""One of several operators leads, and nobody writes who may have been succeeded."""

from __future__ import annotations

import asyncio
import copy

import pytest

from ritsuko_common.lease import Timing
from ritsuko_operator.reconcile.cluster import Object, ObjectRef
from ritsuko_operator.reconcile.errors import ApiError, ApiUnreachableError
from ritsuko_operator.reconcile.kinds import Kind
from ritsuko_operator.runtime.errors import LeadershipLostError
from ritsuko_operator.runtime.leadership import Election
from tests.unit.runtime.fakes import Clock

TIMING = Timing(duration=15, deadline=10, renew_every=0.001, retry=0.001)


class Leases:
    """An apiserver that has one Lease."""

    def __init__(self) -> None:
        self.lease: Object | None = None
        self.reachable = True
        self.writes = 0

    @property
    def spec(self) -> Object:
        assert self.lease is not None
        return self.lease["spec"]

    async def get(self, ref: ObjectRef) -> Object | None:
        self._answer()
        return copy.deepcopy(self.lease)

    async def create(self, kind: Kind, namespace: str, manifest: Object) -> Object:
        self._answer()
        if self.lease is not None:
            raise ApiError("creating", 409, "AlreadyExists", "")
        return self._keep(manifest)

    async def replace(self, ref: ObjectRef, manifest: Object) -> Object:
        self._answer()
        assert self.lease is not None
        if manifest["metadata"]["resourceVersion"] != self.lease["metadata"]["resourceVersion"]:
            raise ApiError("replacing", 409, "Conflict", "")
        return self._keep(manifest)

    def _answer(self) -> None:
        if not self.reachable:
            raise ApiUnreachableError("no answer")

    def _keep(self, manifest: Object) -> Object:
        self.writes += 1
        self.lease = copy.deepcopy(manifest)
        self.lease["metadata"]["resourceVersion"] = str(self.writes)
        return self.lease


class Scene:
    def __init__(self) -> None:
        self.clock = Clock()
        self.leases = Leases()
        self.one, self.other = self.candidate("one"), self.candidate("other")

    def candidate(self, identity: str) -> Election:
        return Election(
            self.leases,  # pyright: ignore[reportArgumentType]
            namespace="ritsuko-system",
            name="ritsuko-operator",
            identity=identity,
            timing=TIMING,
            clock=self.clock,
        )

    async def tries(self, candidate: Election) -> bool:
        """Whether it leads after having tried for a while."""
        try:
            async with asyncio.timeout(0.05):
                await candidate.acquire()
        except TimeoutError:
            return False
        return True


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_the_first_one_leads_and_the_other_stands_by(scene: Scene) -> None:
    assert await scene.tries(scene.one)
    assert not await scene.tries(scene.other)
    assert (scene.one.leading, scene.other.leading) == (True, False)
    assert scene.leases.spec["holderIdentity"] == "one"


async def test_a_lease_that_nobody_renews_goes_to_the_other(scene: Scene) -> None:
    await scene.tries(scene.one)
    await scene.tries(scene.other)
    scene.clock.now += 14.9
    assert not await scene.tries(scene.other)
    scene.clock.now += 0.1
    assert await scene.tries(scene.other)
    assert scene.leases.spec["leaseTransitions"] == 1


async def test_a_leader_that_was_frozen_may_not_write_before_another_can_lead(scene: Scene) -> None:
    await scene.tries(scene.one)
    await scene.tries(scene.other)
    scene.clock.now += 10
    assert not scene.one.leading
    assert not await scene.tries(scene.other)


async def test_one_that_gives_it_back_is_succeeded_at_once(scene: Scene) -> None:
    await scene.tries(scene.one)
    await scene.one.release()
    assert not scene.one.leading
    assert await scene.tries(scene.other)


async def test_after_a_restart_the_same_one_need_not_wait(scene: Scene) -> None:
    await scene.tries(scene.one)
    assert await scene.tries(scene.candidate("one"))
    assert scene.leases.spec["leaseTransitions"] == 0


async def test_a_leader_that_cannot_renew_ends(scene: Scene) -> None:
    await scene.tries(scene.one)
    scene.leases.reachable = False
    keeping = asyncio.create_task(scene.one.keep())
    await asyncio.sleep(0.02)
    assert not keeping.done()
    scene.clock.now += 10
    with pytest.raises(LeadershipLostError):
        await asyncio.wait_for(keeping, 5)


async def test_it_renews_without_changing_when_it_began(scene: Scene) -> None:
    await scene.tries(scene.one)
    began = scene.leases.spec["acquireTime"]
    keeping = asyncio.create_task(scene.one.keep())
    async with asyncio.timeout(5):
        while True:
            if scene.leases.writes >= 3:
                break
            await asyncio.sleep(0.001)
    keeping.cancel()
    assert scene.leases.spec["acquireTime"] == began
    assert scene.leases.spec["renewTime"] > began
