"""Two pods and one Lease: never both, never long without one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ritsuko_bot.cluster.api import ApiError, Json
from ritsuko_bot.cluster.lease import Lease
from ritsuko_bot.cluster.resource import Own
from ritsuko_common.lease import Timing

QUICK = Timing(duration=1, deadline=0.5, renew_every=0.1, retry=0.05)


class Apiserver:
    """Leases with the apiserver's rules of versions. `down` makes it unreachable, `hangs` silent."""

    def __init__(self) -> None:
        self.lease: dict[str, Any] | None = None
        self.down = False
        self.hangs = False
        self.writes = 0

    async def request(self, method: str, path: str, body: Json | None = None, **_: object) -> Json:
        await asyncio.sleep(0)
        if self.hangs:
            await asyncio.Event().wait()
        if self.down:
            raise ApiError("the apiserver cannot be reached: connection refused")
        if "/ritsukobots/" in path:
            raise ApiError("no such bot", 404)
        given: dict[str, Any] = dict(body or {})
        if method == "POST":
            if self.lease is not None:
                raise ApiError("it exists", 409)
            return self._store(given["spec"])
        if self.lease is None:
            raise ApiError("not found", 404)
        if method == "PATCH":
            if given["metadata"]["resourceVersion"] != self.lease["metadata"]["resourceVersion"]:
                raise ApiError("it has been modified", 409)
            return self._store({**self.lease["spec"], **given["spec"]})
        return self.lease

    def _store(self, spec: dict[str, Any]) -> Json:
        self.writes += 1
        self.lease = {"metadata": {"name": "ops", "resourceVersion": str(self.writes)}, "spec": spec}
        return self.lease

    @property
    def holder(self) -> str:
        return self.lease["spec"]["holderIdentity"] if self.lease else ""


def pod(apiserver: Apiserver, name: str) -> Lease:
    return Lease(
        apiserver,  # type: ignore[arg-type]
        Own("default", "ops"),
        identity=name,
        changed=lambda: None,
        timing=QUICK,
    )


async def for_ever() -> None:
    await asyncio.Event().wait()


async def until(condition: Any, within: float = 5) -> None:
    async with asyncio.timeout(within):
        while True:
            if condition():
                return
            await asyncio.sleep(0.005)


async def test_of_many_pods_that_start_at_once_one_gets_it():
    apiserver = Apiserver()
    pods = [pod(apiserver, f"pod-{number}") for number in range(5)]
    tasks = [asyncio.create_task(one.acquire()) for one in pods]
    await until(lambda: any(one.held for one in pods))
    await asyncio.sleep(QUICK.retry * 3)
    assert [one.held for one in pods].count(True) == 1
    for task in tasks:
        task.cancel()


async def test_a_holder_keeps_it_for_longer_than_it_lasts_unrenewed():
    apiserver = Apiserver()
    one, other = pod(apiserver, "one"), pod(apiserver, "other")
    await one.acquire()
    keeping = asyncio.create_task(one.keep(for_ever))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(other.acquire(), QUICK.duration * 2)
    assert one.held
    keeping.cancel()


async def test_work_that_ends_gives_it_to_the_next_at_once():
    apiserver = Apiserver()
    one, other = pod(apiserver, "one"), pod(apiserver, "other")
    await one.acquire()
    stop = asyncio.Event()
    keeping = asyncio.create_task(one.keep(lambda: _wait(stop)))
    acquiring = asyncio.create_task(other.acquire())
    await asyncio.sleep(QUICK.retry * 3)
    assert not other.held
    stop.set()
    assert await keeping
    began = asyncio.get_running_loop().time()
    await acquiring
    assert asyncio.get_running_loop().time() - began < QUICK.duration / 2
    assert apiserver.lease is not None
    assert apiserver.lease["spec"]["leaseTransitions"] == 1


async def test_a_holder_that_died_is_replaced_when_the_lease_has_run_out_and_not_before():
    apiserver = Apiserver()
    one, other = pod(apiserver, "one"), pod(apiserver, "other")
    await one.acquire()
    began = asyncio.get_running_loop().time()
    await other.acquire()
    assert asyncio.get_running_loop().time() - began >= QUICK.duration


@pytest.mark.parametrize("trouble", ["down", "hangs"])
async def test_a_holder_that_cannot_renew_stops_before_another_may_begin(trouble: str):
    apiserver = Apiserver()
    one = pod(apiserver, "one")
    await one.acquire()
    cancelled: list[float] = []

    async def work() -> None:
        try:
            await for_ever()
        finally:
            cancelled.append(asyncio.get_running_loop().time())

    keeping = asyncio.create_task(one.keep(work))
    await until(lambda: apiserver.writes >= 2)
    setattr(apiserver, trouble, True)
    last_renewal = asyncio.get_running_loop().time()
    assert await asyncio.wait_for(keeping, QUICK.duration * 3) is False
    assert not one.held
    assert cancelled[0] - last_renewal < QUICK.duration


async def test_a_short_outage_costs_the_holder_nothing_and_is_told():
    apiserver = Apiserver()
    one = pod(apiserver, "one")
    await one.acquire()
    keeping = asyncio.create_task(one.keep(for_ever))
    apiserver.down = True
    await until(lambda: one.problem is not None)
    apiserver.down = False
    await until(lambda: one.problem is None)
    assert one.held
    keeping.cancel()


async def test_a_holder_stops_at_once_when_somebody_else_took_it():
    apiserver = Apiserver()
    one = pod(apiserver, "one")
    await one.acquire()
    keeping = asyncio.create_task(one.keep(for_ever))
    assert apiserver.lease is not None
    apiserver._store({**apiserver.lease["spec"], "holderIdentity": "other"})
    assert await asyncio.wait_for(keeping, QUICK.deadline) is False


async def test_a_deleted_lease_is_made_anew_by_its_holder():
    apiserver = Apiserver()
    one = pod(apiserver, "one")
    await one.acquire()
    keeping = asyncio.create_task(one.keep(for_ever))
    apiserver.lease = None
    await until(lambda: apiserver.holder == "one")
    assert one.held
    keeping.cancel()


async def test_work_that_fails_gives_the_lease_back_and_the_failure_on():
    apiserver = Apiserver()
    one = pod(apiserver, "one")
    await one.acquire()

    async def work() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await one.keep(work)
    assert apiserver.holder == ""


async def test_a_pod_that_starts_again_under_its_name_goes_on_at_once():
    apiserver = Apiserver()
    await pod(apiserver, "one").acquire()
    await asyncio.wait_for(pod(apiserver, "one").acquire(), QUICK.duration / 2)


async def _wait(event: asyncio.Event) -> None:
    await event.wait()
