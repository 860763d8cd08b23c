"""Zulip's messages and events as the chat's own types."""

from __future__ import annotations

import pytest

from ritsuko_bot.chat.message import MessageEdit, Reaction
from ritsuko_bot.chat.zulip.api import EmojiReaction, Event, Message, Profile
from ritsuko_bot.chat.zulip.incoming import edit, incoming, reactions
from ritsuko_bot.chat.zulip.place import Direct, Topic

ME = Profile(user_id=14, email="ritsuko-bot@zulip.com", full_name="Ritsuko")


def channel_message(content: str, *flags: str) -> Message:
    return Message.model_validate(
        {
            "id": 7, "sender_id": 10, "content": content, "timestamp": 1_700_000_000, "subject": "pods",
            "stream_id": 4, "display_recipient": "ops", "flags": list(flags),
        }
    )  # fmt: skip


def direct_message(content: str) -> Message:
    people = [{"id": 10}, {"id": 14}]
    return Message.model_validate(
        {"id": 8, "sender_id": 10, "content": content, "timestamp": 1_700_000_000, "display_recipient": people}
    )


def test_a_mention_in_a_channel_is_written_to_the_bot() -> None:
    message = incoming(channel_message("@**Ritsuko** mcp list", "mentioned"), me=ME)
    assert (message.id, message.author, message.place) == ("7", "10", Topic(4, "ops", "pods"))
    assert (message.text, message.addressed) == ("mcp list", True)
    assert message.sent.isoformat() == "2023-11-14T22:13:20+00:00"


@pytest.mark.parametrize(("content", "flags"), [("mcp list", ()), ("@*oncall* mcp list", ("mentioned",))])
def test_without_a_mention_of_the_bot_itself_it_is_not(content: str, flags: tuple[str, ...]) -> None:
    message = incoming(channel_message(content, *flags), me=ME)
    assert (message.text, message.addressed) == (content, False)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("mcp list", "mcp list"),
        ("@**Ritsuko** mcp list", "mcp list"),
        ("mcp logs search @**Ritsuko**", "mcp logs search @**Ritsuko**"),
    ],
)
def test_a_direct_message_always_is(content: str, text: str) -> None:
    message = incoming(direct_message(content), me=ME)
    assert (message.place, message.text, message.addressed) == (Direct((10,)), text, True)


def test_an_edit_says_who_made_it_and_what_the_message_says_now() -> None:
    event = Event(
        id=1, type="update_message", message_id=7, user_id=10, edit_timestamp=1_700_000_000, stream_id=4,
        content="@**Ritsuko** mcp status", flags=["mentioned"],
    )  # fmt: skip
    at = incoming(channel_message(""), me=ME).sent
    assert edit(event, me=ME) == MessageEdit("7", "10", "mcp status", at, addressed=True)
    unflagged = event.model_copy(update={"flags": []})
    assert not edit(unflagged, me=ME).addressed
    assert edit(unflagged.model_copy(update={"stream_id": None}), me=ME).addressed


def test_only_unicode_emoji_are_reactions() -> None:
    thumb = EmojiReaction(user_id=10, emoji_code="1f44d")
    flag = EmojiReaction(user_id=11, emoji_code="1f1e9-1f1ea")
    own = EmojiReaction(user_id=12, emoji_code="2501", reaction_type="realm_emoji")
    assert reactions([thumb, flag, own]) == [Reaction("10", "👍"), Reaction("11", "🇩🇪")]
