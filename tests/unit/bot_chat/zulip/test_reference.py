"""The mark that says which message an own message answers."""

import pytest

from ritsuko_bot.chat.message import MessageKind
from ritsuko_bot.chat.zulip.place import Direct, Topic, ZulipPlace
from ritsuko_bot.chat.zulip.reference import Reference, mark, marked, reference, room, unmarked

TOPIC = Topic(5, "ops", "50% (of) nodes.up ✔")


@pytest.mark.parametrize("kind", list(MessageKind))
@pytest.mark.parametrize("place", [TOPIC, Direct((8, 9))], ids=["topic", "direct"])
def test_what_was_marked_is_read_again(kind: MessageKind, place: ZulipPlace):
    text = marked("An answer.", kind, place, 123)
    assert reference(text) == Reference(kind, 123)
    assert unmarked(text) == "An answer."
    assert len(text) <= len("An answer.") + room(place, 123)


def test_the_link_is_encoded_as_zulip_does_it():
    encoded = "50.25.20.28of.29.20nodes.2Eup.20.E2.9C.94"
    assert mark(MessageKind.ANSWER, TOPIC, 7) == f"[↑](#narrow/channel/5/topic/{encoded}/near/7)"
    assert mark(MessageKind.RUNNING, Direct((8, 9)), 7) == "[…](#narrow/dm/8,9/near/7)"


@pytest.mark.parametrize("last", ["```", "~~~~", "| a | b |", "a | b", "> quoted"])
def test_a_mark_does_not_become_part_of_a_block(last: str):
    assert marked(f"first\n{last}", MessageKind.ANSWER, TOPIC, 7).startswith(f"first\n{last}\n\n[↑]")


def test_only_a_mark_at_the_very_end_counts():
    forged = mark(MessageKind.ANSWER, TOPIC, 999)
    assert reference(f"{forged} is what somebody wrote") is None
    assert reference(marked(forged, MessageKind.RUNNING, TOPIC, 7)) == Reference(MessageKind.RUNNING, 7)
