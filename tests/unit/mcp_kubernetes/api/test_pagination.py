"""Long lists, page by page."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from typing import Any

import pytest

from ritsuko_mcp_common import ToolFailure
from ritsuko_mcp_kubernetes.api.discovery import Resource
from ritsuko_mcp_kubernetes.api.pagination import items, pages

PODS = Resource("", "v1", "pods", "pod", "Pod", namespaced=True)


class Book:
    """An API server with so many pages of two pods; the page that `held` names is not answered before it is freed."""

    def __init__(self, count: int, *, held: int = -1, failing: int = -1) -> None:
        self.asked: list[int] = []
        self.cancelled: list[int] = []
        self.free = asyncio.Event()
        self._count, self._held, self._failing = count, held, failing

    async def get(self, path: str, query: Mapping[str, str], **_: Any) -> dict[str, Any]:
        number = int(query["continue"] or 0)
        self.asked.append(number)
        try:
            if number == self._held:
                await self.free.wait()
        except asyncio.CancelledError:
            self.cancelled.append(number)
            raise
        if number == self._failing:
            raise ToolFailure("etcd is gone")
        applied = {"kubectl.kubernetes.io/last-applied-configuration": "{}", "note": "n"}
        pods = [
            {"metadata": {"name": f"{number}-{each}", "managedFields": [{}], "annotations": dict(applied)}}
            for each in "ab"
        ]
        following = str(number + 1) if number + 1 < self._count else ""
        return {"metadata": {"continue": following}, "items": pods}


def read(book: Book) -> Any:
    return pages(book, PODS, "shop")  # pyright: ignore[reportArgumentType]


async def test_all_pages_come_in_order_without_the_copies_of_an_object_in_itself() -> None:
    found = [item async for page in read(Book(3)) for item in page]
    assert [item["metadata"]["name"] for item in found] == ["0-a", "0-b", "1-a", "1-b", "2-a", "2-b"]
    assert all(set(item["metadata"]) == {"name", "annotations"} for item in found)
    assert all(item["metadata"]["annotations"] == {"note": "n"} for item in found)


async def test_the_next_page_is_on_its_way_while_one_is_looked_at() -> None:
    book = Book(3)
    async with aclosing(read(book)) as reading:
        await anext(reading)
        assert book.asked == [0, 1]


async def test_whoever_has_seen_enough_leaves_no_question_behind() -> None:
    book = Book(3, held=1)
    async with aclosing(read(book)) as reading:
        await anext(reading)
    assert book.cancelled == [1]
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_page_that_fails_is_told_to_the_reader_and_to_nobody_who_left() -> None:
    with pytest.raises(ToolFailure, match="etcd is gone"):
        _ = [page async for page in read(Book(3, failing=2))]
    async with aclosing(read(Book(3, failing=1))) as reading:
        await anext(reading)


async def test_no_more_are_kept_than_asked_for_and_it_says_so() -> None:
    warnings: list[str] = []
    book: Any = Book(3)
    found = await items(book, PODS, "shop", most=3, warnings=warnings, keep=lambda pod: pod["metadata"]["name"])
    assert found == ["0-a", "0-b", "1-a", "1-b"]
    assert warnings == ["only the first 4 pods were read: narrow the request"]
