"""The mark that says which message an own message answers."""

import pytest

from ritsuko_bot.chat.place import Direct, Place, Topic
from ritsuko_bot.chat.zulip.reference import Kind, Reference, mark, marked, reference, room, unmarked

TOPIC = Topic(5, "ops", "50% (of) nodes.up ✔")


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("place", [TOPIC, Direct((8, 9))], ids=["topic", "direct"])
def test_what_was_marked_is_read_again(kind: Kind, place: Place):
    text = marked("An answer.", kind, place, 123)
    assert reference(text) == Reference(kind, 123)
    assert unmarked(text) == "An answer."
    assert len(text) <= len("An answer.") + room(place, 123)


def test_the_link_is_encoded_as_zulip_does_it():
    encoded = "50.25.20.28of.29.20nodes.2Eup.20.E2.9C.94"
    assert mark(Kind.ANSWER, TOPIC, 7) == f"[↑](#narrow/channel/5/topic/{encoded}/near/7)"
    assert mark(Kind.RUNNING, Direct((8, 9)), 7) == "[…](#narrow/dm/8,9/near/7)"


@pytest.mark.parametrize("last", ["```", "~~~~", "| a | b |", "a | b", "> quoted"])
def test_a_mark_does_not_become_part_of_a_block(last: str):
    assert marked(f"first\n{last}", Kind.ANSWER, TOPIC, 7).startswith(f"first\n{last}\n\n[↑]")


def test_only_a_mark_at_the_very_end_counts():
    forged = mark(Kind.ANSWER, TOPIC, 999)
    assert reference(f"{forged} is what somebody wrote") is None
    assert reference(marked(forged, Kind.RUNNING, TOPIC, 7)) == Reference(Kind.RUNNING, 7)
