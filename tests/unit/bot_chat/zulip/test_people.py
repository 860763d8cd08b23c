"""Which groups a person is in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ritsuko_bot.chat.zulip.api import Group
from ritsuko_bot.chat.zulip.people import memberships

ADA, GRACE, MAX = 1, 2, 3


def group(number: int, name: str, *members: int, below: list[int] | None = None) -> Group:
    return Group(id=number, name=name, members=list(members), direct_subgroup_ids=below or [])


def test_a_member_of_a_subgroup_is_a_member_of_every_group_above_it() -> None:
    found = memberships(
        [
            group(10, "company", GRACE, below=[11]),
            group(11, "engineers", below=[12]),
            group(12, "on call", ADA),
            group(13, "others", MAX),
        ]
    )
    assert found == {
        ADA: {"company", "engineers", "on call"},
        GRACE: {"company"},
        MAX: {"others"},
    }


def test_groups_that_hold_each_other_and_groups_that_are_gone_do_no_harm() -> None:
    found = memberships([group(10, "hen", ADA, below=[11]), group(11, "egg", GRACE, below=[10, 99])])
    assert found == {ADA: {"hen", "egg"}, GRACE: {"hen", "egg"}}


def test_a_group_that_two_others_hold_counts_once_in_both() -> None:
    found = memberships([group(1, "top", below=[2, 3]), group(2, "left", below=[4]), group(3, "right", below=[4]),
                         group(4, "base", ADA)])  # fmt: skip
    assert found == {ADA: {"top", "left", "right", "base"}}


@given(
    members=st.lists(st.sets(st.integers(100, 104)), min_size=6, max_size=6),
    edges=st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=15),
)
def test_it_is_what_following_the_subgroups_finds(members: list[set[int]], edges: set[tuple[int, int]]) -> None:
    groups = [
        group(number, f"g{number}", *members[number], below=sorted(below for above, below in edges if above == number))
        for number in range(6)
    ]
    reach = {(number, number) for number in range(6)} | edges
    for middle in range(6):
        reach |= {(a, b) for a in range(6) for b in range(6) if (a, middle) in reach and (middle, b) in reach}
    expected: dict[int, set[str]] = {}
    for above, below in reach:
        for member in members[below]:
            expected.setdefault(member, set()).add(f"g{above}")
    assert memberships(groups) == expected
