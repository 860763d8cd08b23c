"""A search finds the same, neighbours included, however the logs come in blocks."""

from itertools import pairwise
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_logs.lines.line import Batch, Origin
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.search.matcher import Matcher
from ritsuko_mcp_logs.search.ranking import BestMatches, in_order
from ritsuko_mcp_logs.search.scan import Scan

A, B = Origin("shop", "a", "app"), Origin("shop", "b", "app")
LOG = st.lists(st.sampled_from(["hit", "x", "y"]), min_size=1, max_size=14)
CUTS = st.sets(st.integers(0, 14))


def blocks(origin: Origin, texts: list[str], cuts: set[int]) -> list[Batch]:
    """The lines a second apart, cut into blocks there."""
    lines = [f"2026-09-21T14:00:{number:02}.000000000Z {text} {number}\n" for number, text in enumerate(texts)]
    edges = sorted({0, *(cut for cut in cuts if cut < len(lines)), len(lines)})
    return [Batch(origin, "".join(lines[start:end]).encode()) for start, end in pairwise(edges)]


@given(
    logs=st.tuples(LOG, LOG),
    cuts=st.tuples(CUTS, CUTS),
    context=st.integers(0, 3),
    limit=st.integers(1, 6),
    order=st.sampled_from(["newest", "oldest"]),
    text=st.sampled_from(["hit", ""]),
)
def test_it_does_not_matter_where_logs_are_cut(
    logs: tuple[list[str], list[str]],
    cuts: tuple[set[int], set[int]],
    context: int,
    limit: int,
    order: Literal["newest", "oldest"],
    text: str,
) -> None:
    def found(*cuts: set[int]) -> tuple[int, list[tuple[str, str, bool]]]:
        scan = Scan(Matcher(Query(since=0, until=1, text=text)), best := BestMatches(order, limit), context=context)
        for origin, texts, of in zip((A, B), logs, cuts, strict=True):
            for batch in blocks(origin, texts, of):
                scan.take(batch)
        scan.finish()
        lines, _ = in_order(best.take())
        return scan.matches, [(hit.key.origin.pod, line.text, matched) for hit, line, matched in lines]

    assert found(*cuts) == found(set(), set())


@given(texts=LOG, cuts=CUTS, context=st.integers(1, 3))
def test_neighbours_are_the_lines_around(texts: list[str], cuts: set[int], context: int) -> None:
    scan = Scan(Matcher(Query(since=0, until=1, text="hit")), best := BestMatches("oldest", 20), context=context)
    for batch in blocks(A, texts, cuts):
        scan.take(batch)
    scan.finish()
    hits = [number for number, text in enumerate(texts) if text == "hit"]
    shown = {near for hit in hits for near in range(hit - context, hit + context + 1) if 0 <= near < len(texts)}
    lines, _ = in_order(best.take())
    assert [int(line.text.split()[1]) for _, line, _ in lines] == sorted(shown)
    assert [int(line.text.split()[1]) for _, line, matched in lines if matched] == hits
