"""Which containers are read, and which hits are kept."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_logs.lines.line import Line, Origin
from ritsuko_mcp_logs.search.ranking import BestMatches, IdentifiedLine, Match, MatchKey, in_order
from ritsuko_mcp_logs.sources.podlogs.container_selection import matching_pods, select
from ritsuko_mcp_logs.sources.podlogs.objects import Pod

A, B = Origin("shop", "a", "app"), Origin("shop", "b", "app")
KEYS = st.builds(MatchKey, st.integers(0, 5), st.sampled_from([A, B]), st.integers(0, 3))


def hit(key: MatchKey) -> Match:
    return Match(key, (key, Line(key.origin, b"", str(key).encode())))


@given(st.sets(KEYS), st.integers(1, 5), st.sampled_from(["newest", "oldest"]))
def test_pages_of_the_best_are_all_hits_in_order(
    keys: set[MatchKey], limit: int, order: Literal["newest", "oldest"]
) -> None:
    arrival = sorted(keys, key=lambda key: (key.origin, key.nanoseconds, key.nth))
    pages: list[MatchKey] = []
    behind: MatchKey | None = None
    while True:
        best = BestMatches(order, limit, behind=behind)
        for key in arrival:
            if best.wants(key):
                best.add(hit(key))
        page = [kept.key for kept in best.take()]
        assert best.passed == len(pages)
        if not page:
            break
        pages += page
        behind = page[-1]
    assert pages == sorted(keys, reverse=order == "newest")


def test_neighbours_come_once_and_ends_say_where_a_hit_is_whole() -> None:
    lines: list[IdentifiedLine] = [(number, Line(A, b"", str(number).encode())) for number in range(8)]
    first = Match(MatchKey(5, A, 0), lines[5], lines[3:5], lines[6:8])
    second = Match(MatchKey(4, A, 0), lines[4], lines[2:4], lines[5:7])
    shown, ends = in_order([first, second])
    assert [(line.text, matched) for _, line, matched in shown] == [
        ("3", False), ("4", True), ("5", True), ("6", False), ("7", False), ("2", False),
    ]  # fmt: skip
    assert ends == [5, 6]


def pod(name: str, created: str = "", phase: str = "Running", **state: object) -> Pod:
    return Pod.model_validate(
        {
            "metadata": {"name": name, "creationTimestamp": created},
            "spec": {"containers": [{"name": "app"}]},
            "status": {"phase": phase, "containerStatuses": [{"name": "app", **(state or {"state": {"running": {}}})}]},
        }
    )


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("", ["web-1", "web-10", "db"]),
        ("web-1", ["web-1"]),
        ("web", ["web-1", "web-10"]),
        ("*b", ["db"]),
        ("[w]eb", []),
    ],
)
def test_pods_by_name_beginning_or_pattern(wanted: str, names: list[str]) -> None:
    assert [found.name for found in matching_pods([pod("web-1"), pod("web-10"), pod("db")], wanted)] == names


def test_a_number_at_the_end_is_whole_as_it_is_to_a_store() -> None:
    there = [pod("db-10"), pod("db-1-backup"), pod("db-1x")]
    assert [found.name for found in matching_pods(there, "db-1")] == ["db-1-backup", "db-1x"]


def test_no_pattern_takes_long() -> None:
    assert matching_pods([pod("a" * 253)], "*a" * 40 + "b*") == []


def test_running_and_new_ones_come_first_and_the_rest_is_named() -> None:
    pods = [
        pod("old", "2020"),
        pod("done", "2027", "Succeeded", state={"terminated": {}}),
        pod("new", "2026"),
        pod("waits", state={"waiting": {"reason": "ErrImagePull"}}),
    ]
    chosen = select(pods, container="", previous=False, limit=2)
    assert [target.pod for target in chosen.targets] == ["new", "old"]
    assert {unread.what: unread.reason for unread in chosen.unread} == {
        "done/app": "over the limit of 2 containers",
        "waits/app": "not started: ErrImagePull",
    }


def test_a_pod_that_is_not_scheduled_has_not_started() -> None:
    fresh = Pod.model_validate({"metadata": {"name": "x"}, "spec": {"containers": [{"name": "app"}]}, "status": {}})
    chosen = select([fresh], container="", previous=False, limit=9)
    assert [unread.reason for unread in chosen.unread] == ["not started"]
