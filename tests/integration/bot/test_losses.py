"""Nothing is lost and nothing is said twice, whatever happens to Zulip, the network or the bot."""

import asyncio
import re
from typing import Any

import pytest

from tests.integration.bot.bots import Parrot, all_said, eventually, listening, said
from tests.zulip import ZulipEmulator

pytestmark = pytest.mark.slow


def ask(zulip: ZulipEmulator, what: str, topic: str = "chat") -> None:
    zulip.send("hamlet", f"@**Ritsuko** mcp {what}", to="ops", topic=topic)


async def test_what_was_said_before_the_very_first_start_is_not_answered(zulip: ZulipEmulator):
    ask(zulip, "old")
    async with listening(zulip, Parrot()):
        ask(zulip, "new")
        await said(zulip, "heard mcp new")
    assert all_said(zulip) == ["heard mcp new"]


async def test_an_expired_queue_loses_nothing(zulip: ZulipEmulator):
    parrot = Parrot()
    async with listening(zulip, parrot):
        ask(zulip, "one")
        await said(zulip, "heard mcp one")
        outage = zulip.add_fault("error", path="/register", count=3)
        zulip.expire_queues("ritsuko")
        ask(zulip, "two")
        zulip.send("cordelia", "mcp three", dm="ritsuko")
        ask(zulip, "four")
        await said(zulip, "heard mcp four")
        await said(zulip, "heard mcp three")
        assert outage.count == 0
    assert parrot.lines == ["mcp one", "mcp two", "mcp three", "mcp four"]
    assert len(all_said(zulip)) == 4


async def test_what_is_being_answered_when_a_queue_expires_is_not_answered_again(zulip: ZulipEmulator):
    parrot = Parrot()
    async with listening(zulip, parrot):
        ask(zulip, "wait")
        await eventually(lambda: parrot.running)
        zulip.expire_queues("ritsuko")
        ask(zulip, "next")
        await said(zulip, "heard mcp next")
        parrot.release.set()
        await said(zulip, "heard mcp wait")
    assert parrot.lines == ["mcp wait", "mcp next"]


async def test_after_a_restart_it_answers_what_was_asked_meanwhile_and_nothing_again(zulip: ZulipEmulator):
    async with listening(zulip, Parrot()) as bot:
        ask(zulip, "before")
        await said(zulip, "heard mcp before")
        await bot.stop()
    ask(zulip, "meanwhile")
    zulip.send("cordelia", "mcp privately", dm="ritsuko")
    parrot = Parrot()
    async with listening(zulip, parrot):
        await said(zulip, "heard mcp meanwhile")
        await said(zulip, "heard mcp privately")
        ask(zulip, "after")
        await said(zulip, "heard mcp after")
    assert parrot.lines == ["mcp meanwhile", "mcp privately", "mcp after"]


async def test_what_was_asked_long_ago_is_marked_as_late(zulip: ZulipEmulator):
    async with listening(zulip, Parrot()) as bot:
        await bot.stop()
    ask(zulip, "long ago")
    ask(zulip, "just now")
    old = zulip.messages(topic="chat")[0]
    zulip.call(lambda: setattr(old, "timestamp", old.timestamp - 3600))
    parrot = Parrot()
    async with listening(zulip, parrot):
        await eventually(lambda: len(parrot.heard) == 2)
    assert [(line, asker.late) for line, asker in parrot.heard] == [("mcp long ago", True), ("mcp just now", False)]


async def test_a_kill_leaves_an_unanswered_command_to_the_next_start(zulip: ZulipEmulator):
    first = Parrot()
    async with listening(zulip, first) as bot:
        ask(zulip, "wait", topic="slow")
        await eventually(lambda: first.running)
        ask(zulip, "quick")
        await said(zulip, "heard mcp quick")
        storage = zulip.client("ritsuko")
        await eventually(lambda: re.search(r'"done":\[\d', storage.get_storage()["storage"]["ritsuko.position"]))
        await bot.kill()
    second = Parrot()
    second.release.set()
    async with listening(zulip, second):
        await said(zulip, "heard mcp wait")
    assert second.lines == ["mcp wait"]


async def test_a_graceful_stop_finishes_what_it_has_begun(zulip: ZulipEmulator):
    parrot = Parrot()
    async with listening(zulip, parrot) as bot:
        ask(zulip, "wait")
        await eventually(lambda: parrot.running)
        stopping = asyncio.create_task(bot.stop())
        ask(zulip, "too late")
        parrot.release.set()
        await stopping
    assert all_said(zulip) == ["heard mcp wait"]


async def test_somebody_whom_zulip_cannot_look_up_holds_up_nobody_else(zulip: ZulipEmulator):
    async with listening(zulip, Parrot()):
        broken = zulip.add_fault("error", path=f"/users/{zulip.user('cordelia').id}$", count=None)
        zulip.send("cordelia", "@**Ritsuko** mcp first", to="ops", topic="cordelia")
        ask(zulip, "second")
        await said(zulip, "heard mcp second")
        assert len(all_said(zulip)) == 1
        zulip.call(lambda: setattr(broken, "count", 0))
        await said(zulip, "heard mcp first", within=30)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "rate_limit", "seconds": 0.3},
        {"kind": "error", "status": 500},
        {"kind": "error", "status": 502},
        {"kind": "drop"},
        {"kind": "error", "status": 500, "when": "after"},
        {"kind": "error", "status": 502, "when": "after"},
        {"kind": "drop", "when": "after"},
    ],
    ids=lambda fault: " ".join(str(value) for value in fault.values()),
)
async def test_an_answer_is_posted_once_however_its_request_fails(zulip: ZulipEmulator, fault: dict[str, Any]):
    async with listening(zulip, Parrot()) as bot:
        rule = zulip.add_fault(**fault, method="POST", path="/messages$", count=1)
        ask(zulip, "once")
        await said(zulip, "heard mcp once")
        ask(zulip, "then", topic="other")
        await said(zulip, "heard mcp then")
        # Only now is everything over, repeated requests too.
        await bot.stop()
    assert rule.struck == 1
    assert sorted(all_said(zulip)) == ["heard mcp once", "heard mcp then"]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_an_answer_whose_fate_no_event_tells_is_looked_for_in_history(zulip: ZulipEmulator, when: str):
    async with listening(zulip, Parrot()) as bot:
        zulip.add_fault("delay", method="GET", path="/events", seconds=3.5, count=None)
        looked = zulip.add_fault("delay", method="GET", path="/messages$", seconds=0, count=None)
        zulip.add_fault("drop", when=when, method="POST", path="/messages$", count=1)
        zulip.send("cordelia", "mcp once", dm="ritsuko")
        await said(zulip, "heard mcp once")
        await eventually(lambda: looked.struck == 1)
        zulip.clear_faults()
        await bot.stop()
    assert all_said(zulip) == ["heard mcp once"]


async def test_the_rate_limit_delays_and_loses_nothing(zulip: ZulipEmulator):
    async with listening(zulip, Parrot()) as bot:
        limit = zulip.add_fault("rate_limit", path="/(messages|users|typing|bot_storage)", seconds=0.5, count=6)
        for number in range(6):
            ask(zulip, f"nr {number}", topic=f"t{number}")
        for number in range(6):
            await said(zulip, f"heard mcp nr {number}", within=20)
        await bot.stop()
        assert limit.struck == 6
    assert len(all_said(zulip)) == 6


async def test_events_that_come_back_after_an_outage_of_the_event_server_are_answered(zulip: ZulipEmulator):
    async with listening(zulip, Parrot()) as bot:
        zulip.event_server("kill")
        await eventually(lambda: not bot.status.report().connected)
        ask(zulip, "meanwhile")
        zulip.event_server("start")
        await said(zulip, "heard mcp meanwhile", within=20)
        await eventually(lambda: bot.status.report().connected)
        await bot.stop()
    assert all_said(zulip) == ["heard mcp meanwhile"]


async def test_wrong_credentials_keep_it_up_and_say_what_to_check(zulip: ZulipEmulator):
    async with listening(zulip, Parrot(), api_key="x" * 32, connected=False) as bot:
        await eventually(lambda: "ZULIP_API_KEY" in str(bot.status.message))
        assert not bot.status.proven
        assert "rejects ritsuko-bot@zulipdev.com" in str(bot.status.message)


async def test_a_zulip_that_comes_up_late_is_found(zulip: ZulipEmulator):
    zulip.set_outages("django", "tornado")
    async with listening(zulip, Parrot(), connected=False) as bot:
        await eventually(lambda: "does not answer like a Zulip server" in str(bot.status.message))
        zulip.set_outages()
        await eventually(lambda: bot.status.report().connected, within=20)


async def test_an_address_where_nobody_listens_is_named(zulip: ZulipEmulator):
    async with listening(zulip, Parrot(), site="http://127.0.0.1:1", connected=False) as bot:
        await eventually(lambda: bot.status.message != "not connected yet")
        assert bot.status.message == "http://127.0.0.1:1 cannot be reached: Connection refused"
