"""Parts of a long time, read ahead of their turn."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_logs.sources.loki.prefetch import one_after_another


@given(st.lists(st.integers(0, 6), max_size=9), st.integers(1, 4), st.integers(1, 3))
def test_all_come_in_their_order_and_few_are_read_at_once(counts: list[int], at_once: int, held: int) -> None:
    under_way, most = 0, 0

    async def reading(number: int) -> AsyncGenerator[tuple[int, int]]:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for group in range(counts[number]):
            await asyncio.sleep(0)
            yield number, group
        under_way -= 1

    async def read() -> list[tuple[int, int]]:
        readings = [reading(number) for number in range(len(counts))]
        return [group async for group in one_after_another(readings, at_once=at_once, held=held)]

    assert asyncio.run(read()) == [(number, group) for number, count in enumerate(counts) for group in range(count)]
    assert most <= at_once


async def test_they_are_begun_before_it_is_their_turn_and_wait_with_little_in_hand() -> None:
    given_out: list[int] = []
    full = asyncio.Event()

    async def reading(number: int) -> AsyncGenerator[int]:
        for _ in range(10):
            given_out.append(number)
            if given_out.count(1) == 4:
                full.set()
            yield number

    groups = one_after_another([reading(number) for number in range(4)], at_once=2, held=3)
    assert await anext(groups) == 0
    async with asyncio.timeout(10):
        await full.wait()
    for _ in range(20):
        await asyncio.sleep(0)
    assert given_out.count(1) == 4
    assert set(given_out) == {0, 1}
    await groups.aclose()


async def test_what_fails_fails_at_its_turn_and_ends_the_others() -> None:
    ended: list[int] = []

    async def reading(number: int) -> AsyncGenerator[int]:
        try:
            yield number
            if number == 1:
                raise RuntimeError("broken")
            await asyncio.sleep(0)
            yield number
            if number == 2:
                await asyncio.Event().wait()
        finally:
            ended.append(number)

    seen: list[int] = []

    async def read() -> None:
        async for group in one_after_another([reading(number) for number in range(3)], at_once=3, held=2):
            seen.append(group)

    with pytest.raises(RuntimeError, match="broken"):
        await asyncio.wait_for(read(), timeout=10)
    assert seen == [0, 0, 1]
    assert sorted(ended) == [0, 1, 2]
