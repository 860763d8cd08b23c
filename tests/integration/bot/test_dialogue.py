"""Questions in the topic, votes by reaction, and edits of a command."""

from __future__ import annotations

import pytest

from tests.integration.bot.bots import BOT, Parrot, all_said, eventually, listening, said
from tests.zulip import ZulipEmulator

pytestmark = pytest.mark.slow


def react(zulip: ZulipEmulator, who: str, message: int, emoji: str) -> None:
    assert zulip.client(who).add_reaction({"message_id": message, "emoji_name": emoji})["result"] == "success"


async def test_the_next_message_of_the_asker_in_the_topic_answers_a_question(zulip: ZulipEmulator):
    parrot = Parrot()
    async with listening(zulip, parrot):
        zulip.send("hamlet", "@**Ritsuko** mcp which", to="ops", topic="choice")
        await said(zulip, "Which one?")
        zulip.send("cordelia", "not mine to say", to="ops", topic="choice")
        zulip.send("hamlet", "not here", to="ops", topic="elsewhere")
        zulip.send("hamlet", "@**Ritsuko** the second", to="ops", topic="choice")
        answer = await said(zulip, "chosen: the second")
    assert answer.topic == "choice"
    assert parrot.lines == ["mcp which"]


async def test_a_second_question_to_the_same_person_ends_the_first(zulip: ZulipEmulator):
    async with listening(zulip, Parrot()):
        zulip.send("hamlet", "mcp which", dm="ritsuko")
        await said(zulip, "Which one?")
        zulip.send("cordelia", "mcp list", dm="ritsuko")
        await said(zulip, "heard mcp list")
        zulip.send("hamlet", "this one", dm="ritsuko")
        await said(zulip, "chosen: this one")


async def test_only_votes_that_count_decide_and_the_bot_offers_both(zulip: ZulipEmulator):
    parrot = Parrot()
    async with listening(zulip, parrot):
        zulip.send("hamlet", "@**Ritsuko** mcp approve", to="ops", topic="votes")
        request = await said(zulip, "Approval needed")
        await eventually(lambda: len(request.reactions) == 2)
        react(zulip, "hamlet", request.id, "+1")
        await eventually(lambda: parrot.votes)
        react(zulip, "cordelia", request.id, "heart")
        react(zulip, "iago", request.id, "-1")
        await said(zulip, "Iago: False")
    assert [(vote.person.user.id, vote.approved) for vote in parrot.votes] == [
        (str(zulip.user("hamlet").id), True),
        (str(zulip.user("iago").id), False),
    ]


async def test_a_vote_while_the_queue_was_lost_counts(zulip: ZulipEmulator):
    async with listening(zulip, Parrot()):
        zulip.send("hamlet", "@**Ritsuko** mcp approve", to="ops", topic="votes")
        request = await said(zulip, "Approval needed")
        await eventually(lambda: len(request.reactions) == 2)
        zulip.add_fault("error", path="/register", count=2)
        zulip.expire_queues("ritsuko")
        react(zulip, "iago", request.id, "+1")
        await said(zulip, "Iago: True")


async def test_the_commands_learn_the_groups_of_whoever_asks(zulip: ZulipEmulator):
    parrot = Parrot()
    group = next(group for group in zulip.world.groups.values() if not group.system)
    zulip.call(lambda: group.members.__setitem__(slice(None), [zulip.user("hamlet").id]))
    async with listening(zulip, parrot):
        zulip.send("hamlet", "@**Ritsuko** mcp one", to="ops")
        await said(zulip, "heard mcp one")
        zulip.call(group.members.clear)
        event = {"type": "user_group", "op": "remove_members", "group_id": group.id}
        zulip.call(lambda: zulip.server.queues.publish(event, [BOT]))
        zulip.send("hamlet", "@**Ritsuko** mcp two", to="ops")
        await said(zulip, "heard mcp two")
    assert [group.name in asker.person.groups for _, asker in parrot.heard] == [True, False]


async def test_a_command_that_is_edited_soon_is_answered_anew_in_the_same_message(zulip: ZulipEmulator):
    async with listening(zulip, Parrot()):
        asked = zulip.send("hamlet", "@**Ritsuko** mcp lsit", to="ops")
        first = await said(zulip, "heard mcp lsit")
        zulip.client("hamlet").update_message({"message_id": asked, "content": "@**Ritsuko** mcp list"})
        second = await said(zulip, "heard mcp list")
    assert second.id == first.id
    assert all_said(zulip) == ["heard mcp list"]


async def test_a_mention_that_was_added_by_an_edit_is_answered(zulip: ZulipEmulator):
    async with listening(zulip, Parrot()):
        asked = zulip.send("hamlet", "mcp list", to="ops")
        zulip.client("hamlet").update_message({"message_id": asked, "content": "@**Ritsuko** mcp list"})
        await said(zulip, "heard mcp list")


async def test_a_late_edit_and_that_of_somebody_else_change_nothing(zulip: ZulipEmulator):
    parrot = Parrot()
    zulip.call(lambda: zulip.world.realm.update(message_content_edit_limit_seconds=None))
    async with listening(zulip, parrot):
        asked = zulip.send("hamlet", "@**Ritsuko** mcp one", to="ops")
        await said(zulip, "heard mcp one")
        zulip.advance(300)
        zulip.client("hamlet").update_message({"message_id": asked, "content": "@**Ritsuko** mcp two"})
        zulip.send("hamlet", "@**Ritsuko** mcp last", to="ops")
        await said(zulip, "heard mcp last")
    assert parrot.lines == ["mcp one", "mcp last"]


async def test_what_was_begun_before_a_kill_is_finished_in_the_same_message_and_marked(zulip: ZulipEmulator):
    first = Parrot()
    async with listening(zulip, first) as bot:
        zulip.send("hamlet", "@**Ritsuko** mcp announce", to="ops", topic="slow")
        running = await said(zulip, "Running `mcp announce`")
        await bot.kill()
    second = Parrot()
    second.release.set()
    async with listening(zulip, second):
        answer = await said(zulip, "heard mcp announce")
    assert answer.id == running.id
    assert [asker.interrupted for _, asker in first.heard + second.heard] == [False, True]
    assert all_said(zulip) == ["heard mcp announce"]
