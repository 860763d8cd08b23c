"""Pages of several queries as one answer."""

import asyncio
from collections.abc import AsyncGenerator
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_logs.lines.line import Origin
from ritsuko_mcp_logs.sources.loki.merge import merged
from ritsuko_mcp_logs.sources.rows import Row

MOMENTS = st.lists(st.integers(0, 30), max_size=20)


async def pages(moments: list[int], most: int, *, newest: bool) -> AsyncGenerator[list[Row]]:
    """Pages that end where a moment does."""
    page: list[Row] = []
    for _, same in groupby(sorted(moments, reverse=newest)):
        page += [Row(moment, Origin(), "", {}) for moment in same]
        if len(page) >= most:
            yield page
            page = []
    if page:
        yield page


@given(st.lists(MOMENTS, min_size=1, max_size=3), st.integers(1, 5), st.booleans())
def test_groups_are_in_order_and_keep_moments_together(readings: list[list[int]], most: int, newest: bool) -> None:
    async def read() -> list[list[int]]:
        streams = [pages(moments, most, newest=newest) for moments in readings]
        return [[row.nanoseconds for row in group] async for group in merged(streams, newest=newest)]

    groups = asyncio.run(read())
    together = [moment for group in groups for moment in group]
    assert together == sorted((moment for moments in readings for moment in moments), reverse=newest)
    assert sum(len(set(group)) for group in groups) == len(set(together))


async def test_a_reading_that_fails_while_another_still_reads_is_what_the_caller_sees() -> None:
    cancelled = asyncio.Event()

    async def failing() -> AsyncGenerator[list[Row]]:
        await asyncio.sleep(0)
        raise TimeoutError("the store did not respond in time")
        yield []

    async def reading() -> AsyncGenerator[list[Row]]:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        yield []

    with pytest.raises(TimeoutError, match="did not respond"):
        await anext(merged([failing(), reading()], newest=True))
    assert cancelled.is_set()
