"""The end of a log, as a node serves it."""

from collections.abc import Mapping

import pytest

from ritsuko_mcp_kubernetes.api.log_tail import tail


class Node:
    """Serves a log the way the kubelet does: the last `tailLines` lines, and of those the first `limitBytes` bytes."""

    def __init__(self, *lines: str) -> None:
        self.lines = lines
        self.requests = 0

    async def text(self, path: str, query: Mapping[str, str]) -> str:
        self.requests += 1
        assert query["container"] == "app"
        whole = "".join(f"{line}\n" for line in self.lines[-int(query["tailLines"]) :])
        return whole.encode()[: int(query["limitBytes"])].decode(errors="replace")


async def read(node: Node, lines: int) -> list[str]:
    return (await tail(node, "/log", {"container": "app"}, lines=lines)).splitlines()  # pyright: ignore[reportArgumentType]


async def test_short_lines_come_as_many_as_were_asked_for() -> None:
    node = Node(*(f"line {number}" for number in range(500)))
    assert await read(node, 100) == [f"line {number}" for number in range(400, 500)]
    assert node.requests == 1


@pytest.mark.parametrize("length", [5_000, 60_000, 200_000])
async def test_of_long_lines_the_newest_come_whole_though_fewer(length: int) -> None:
    node = Node(*(f"{number:03} " + "x" * length for number in range(400)))
    lines = await read(node, 200)
    assert [line[:3] for line in lines] == [f"{number:03}" for number in range(400 - len(lines), 400)]
    assert all(len(line) == length + 4 for line in lines)
    assert node.requests <= 5


async def test_of_one_huge_line_the_beginning_comes() -> None:
    node = Node("before", "token=" + "x" * 1_000_000)
    (line,) = await read(node, 50)
    assert line.startswith("token=xxx")
    assert len(line) < 300_000
