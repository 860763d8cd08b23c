"""Where the bot answers, and whom."""

import pytest

from tests.integration.bot.bots import BOT, Parrot, all_said, eventually, listening, said
from tests.zulip import ZulipEmulator


async def test_a_mention_is_answered_in_its_topic(zulip: ZulipEmulator):
    async with listening(zulip, Parrot()):
        zulip.send("hamlet", "@**Ritsuko** mcp list", to="ops", topic="nodes")
        answer = await said(zulip, "heard mcp list")
    assert (answer.channel_id, answer.topic) == (4, "nodes")


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("@**Ritsuko|14** mcp list", "mcp list"),
        ("@**ritsuko** mcp list", "mcp list"),
        ("hey @**Ritsuko** mcp list", "mcp list"),
        ("mcp list @**Ritsuko**", "mcp list"),
    ],
)
async def test_a_mention_may_be_written_in_every_way_zulip_knows(zulip: ZulipEmulator, content: str, line: str):
    async with listening(zulip, Parrot()):
        zulip.send("hamlet", content, to="ops")
        await said(zulip, f"heard {line}")


async def test_a_direct_message_is_answered_there_and_needs_no_mention(zulip: ZulipEmulator):
    async with listening(zulip, Parrot()):
        zulip.send("cordelia", "mcp list", dm="ritsuko")
        answer = await said(zulip, "heard mcp list")
    assert set(answer.people) == {10, BOT}


async def test_a_group_conversation_gets_the_answer_as_a_whole(zulip: ZulipEmulator):
    async with listening(zulip, Parrot()):
        zulip.send("cordelia", "mcp list", dm=("ritsuko", "hamlet"))
        answer = await said(zulip, "heard mcp list")
    assert set(answer.people) == {9, 10, BOT}


async def test_a_channel_that_the_bot_is_not_in_gets_its_answer_too(zulip: ZulipEmulator):
    async with listening(zulip, Parrot()):
        zulip.send("hamlet", "@**Ritsuko** mcp list", to="random", topic="x")
        answer = await said(zulip, "heard mcp list")
    assert answer.channel_id == 5


async def test_bots_the_bot_itself_and_people_who_do_not_mean_it_get_nothing(zulip: ZulipEmulator):
    parrot = Parrot()
    async with listening(zulip, parrot):
        zulip.send("otherbot", "@**Ritsuko** mcp from a bot", to="ops")
        zulip.send("hookbot", "@**Ritsuko** mcp from a hook", to="ops")
        zulip.send("ritsuko", "@**Ritsuko** mcp from myself", to="ops")
        zulip.send("hamlet", "mcp without a mention", to="ops")
        zulip.send("hamlet", "@_**Ritsuko** mcp silently", to="ops")
        zulip.send("hamlet", "@**all** mcp to all", to="ops")
        zulip.send("hamlet", "@**Ritsuko** mcp at last", to="ops")
        await said(zulip, "heard mcp at last")
    assert parrot.lines == ["mcp at last"]


async def test_with_channels_named_it_answers_only_there_and_in_direct_messages(zulip: ZulipEmulator):
    parrot = Parrot()
    async with listening(zulip, parrot, channels=("Ops",)):
        zulip.send("hamlet", "@**Ritsuko** mcp elsewhere", to="random")
        zulip.send("hamlet", "@**Ritsuko** mcp here", to="ops")
        zulip.send("hamlet", "mcp in private", dm="ritsuko")
        await said(zulip, "heard mcp here")
        await said(zulip, "heard mcp in private")
    assert sorted(parrot.lines) == ["mcp here", "mcp in private"]


async def test_the_commands_learn_who_asks_with_role_and_place(zulip: ZulipEmulator):
    parrot = Parrot()
    async with listening(zulip, parrot):
        zulip.send("iago", "@**Ritsuko** mcp list", to="ops", topic="nodes")
        await eventually(lambda: parrot.heard)
    asker = parrot.heard[0][1]
    assert (asker.user.id, asker.user.email, asker.user.role) == ("7", "iago@zulip.com", "administrator")
    assert (asker.person.name, asker.where) == ("Iago", "#ops > nodes")


async def test_whoever_says_something_else_to_the_bot_learns_what_it_understands(zulip: ZulipEmulator):
    async with listening(zulip, Parrot()):
        zulip.send("hamlet", "@**Ritsuko** some chatter", to="ops")
        await said(zulip, "commands that begin with `mcp`")


async def test_a_fault_in_a_command_is_told_and_the_next_command_works(zulip: ZulipEmulator):
    async with listening(zulip, Parrot()):
        zulip.send("hamlet", "@**Ritsuko** mcp break", to="ops")
        await said(zulip, "Internal error")
        zulip.send("hamlet", "@**Ritsuko** mcp list", to="ops")
        await said(zulip, "heard mcp list")


async def test_a_slow_answer_replaces_the_message_that_says_it_is_running(zulip: ZulipEmulator):
    parrot = Parrot()
    async with listening(zulip, parrot):
        zulip.send("hamlet", "@**Ritsuko** mcp wait", to="ops", topic="slow")
        running = await said(zulip, "Running `mcp wait`")
        assert "half of it is done" in running.content
        parrot.release.set()
        answer = await said(zulip, "heard mcp wait")
    assert answer.id == running.id
    assert len(all_said(zulip)) == 1


async def test_where_the_running_message_may_not_be_edited_the_answer_comes_as_a_new_one(zulip: ZulipEmulator):
    parrot = Parrot()
    async with listening(zulip, parrot):
        zulip.send("hamlet", "@**Ritsuko** mcp wait", to="ops")
        running = await said(zulip, "Running")
        zulip.call(lambda: zulip.world.realm.update(message_content_edit_limit_seconds=1))
        zulip.advance(60)
        parrot.release.set()
        answer = await said(zulip, "heard mcp wait")
    assert answer.id != running.id


async def test_one_person_cannot_take_all_the_room(zulip: ZulipEmulator):
    parrot = Parrot()
    async with listening(zulip, parrot):
        for number in range(20):
            zulip.send("hamlet", f"@**Ritsuko** mcp wait {number}", to="ops", topic=f"t{number}")
        zulip.send("cordelia", "@**Ritsuko** mcp list", to="ops", topic="cordelia")
        await said(zulip, "heard mcp list")
        # What takes long gives way, up to a bound.
        await eventually(lambda: parrot.running == 16)
        parrot.release.set()
        for number in range(20):
            await said(zulip, f"heard mcp wait {number}")
    assert parrot.most_running <= 17


async def test_whoever_waits_for_slow_calls_can_ask_for_something_else(zulip: ZulipEmulator):
    parrot = Parrot()
    async with listening(zulip, parrot):
        for number in range(6):
            zulip.send("hamlet", f"@**Ritsuko** mcp wait {number}", to="ops", topic=f"t{number}")
        zulip.send("hamlet", "@**Ritsuko** mcp list", to="ops", topic="list")
        await said(zulip, "heard mcp list")
        assert not any("heard mcp wait" in text for text in all_said(zulip))
        parrot.release.set()
        for number in range(6):
            await said(zulip, f"heard mcp wait {number}")


async def test_a_message_that_zulip_refuses_to_take_does_not_hold_up_the_next(zulip: ZulipEmulator):
    parrot = Parrot()
    async with listening(zulip, parrot):
        zulip.call(lambda: setattr(zulip.user("ritsuko"), "owner_id", 10))
        zulip.send("hamlet", "@**Ritsuko** mcp secretly", to="secret")
        zulip.send("hamlet", "@**Ritsuko** mcp openly", to="ops")
        await said(zulip, "heard mcp openly")
        await eventually(lambda: len(parrot.heard) == 2)
    assert all_said(zulip) == ["heard mcp openly"]
