"""The `zulip` package, as its users get it from PyPI, finds in the emulator the server it knows."""

from __future__ import annotations

import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.zulip import ZulipEmulator


def ask_to_be_told(client: Any, *types: str, **options: Any) -> str:
    answer = client.register(event_types=list(types), fetch_event_types=[], **options)
    assert answer["result"] == "success"
    return answer["queue_id"]


def test_a_mention_reaches_a_bot_that_is_waiting(zulip_server: ZulipEmulator) -> None:
    bot, hamlet = zulip_server.client("ritsuko"), zulip_server.client("hamlet")
    queue = ask_to_be_told(bot, "message")
    with ThreadPoolExecutor(1) as pool:
        poll = pool.submit(bot.get_events, queue_id=queue, last_event_id=-1)
        wait_for_open_poll(zulip_server)
        sent = hamlet.send_message({"type": "stream", "to": "ops", "topic": "t", "content": "@**Ritsuko** hi"})
        events = poll.result(5)["events"]
    assert [event["message"]["id"] for event in events] == [sent["id"]]
    assert events[0]["flags"] == ["mentioned"]
    assert events[0]["message"]["content"] == "@**Ritsuko** hi"


def wait_for_open_poll(emulator: ZulipEmulator, count: int = 1) -> None:
    deadline = time.monotonic() + 5
    while emulator.call(lambda: sum(q.poll is not None for q in emulator.server.queues.all())) < count:
        assert time.monotonic() < deadline, "nobody polls"
        time.sleep(0.005)


def test_a_quiet_poll_ends_with_a_heartbeat(zulip_server: ZulipEmulator) -> None:
    bot = zulip_server.client("ritsuko")
    queue = ask_to_be_told(bot, "message")
    with ThreadPoolExecutor(1) as pool:
        poll = pool.submit(bot.get_events, queue_id=queue, last_event_id=-1)
        wait_for_open_poll(zulip_server)
        zulip_server.advance(44)
        assert not poll.done()
        zulip_server.advance(6)
        assert [event["type"] for event in poll.result(5)["events"]] == ["heartbeat"]


def test_a_queue_left_alone_for_ten_minutes_is_gone(zulip_server: ZulipEmulator) -> None:
    bot = zulip_server.client("ritsuko")
    queue = ask_to_be_told(bot, "message")
    zulip_server.advance(590)
    assert bot.get_events(queue_id=queue, last_event_id=-1, dont_block=True)["result"] == "success"
    zulip_server.advance(700)
    assert bot.get_events(queue_id=queue, last_event_id=-1, dont_block=True)["code"] == "BAD_EVENT_QUEUE_ID"


def test_the_packages_own_loop_sees_what_is_said(zulip_server: ZulipEmulator) -> None:
    seen: list[str] = []

    class Enough(Exception):
        pass

    def note(event: dict[str, Any]) -> None:
        seen.append(event["message"]["content"])
        if len(seen) == 2:
            raise Enough

    bot = zulip_server.client("ritsuko")

    def loop() -> None:
        with pytest.raises(Enough):
            bot.call_on_each_event(note, event_types=["message"])

    listener = threading.Thread(target=loop)
    listener.start()
    wait_for_open_poll(zulip_server)
    zulip_server.send("hamlet", "one", to="ops")
    wait_for_open_poll(zulip_server)
    zulip_server.send("hamlet", "two", dm="ritsuko")
    listener.join(10)
    assert seen == ["one", "two"]


def test_an_edit_in_time_is_told_and_one_too_late_refused(zulip_server: ZulipEmulator) -> None:
    bot, hamlet = zulip_server.client("ritsuko"), zulip_server.client("hamlet")
    sent = bot.send_message({"type": "stream", "to": "ops", "topic": "t", "content": "working"})["id"]
    zulip_server.advance(615)
    queue = ask_to_be_told(hamlet, "update_message")
    assert bot.update_message({"message_id": sent, "content": "done"})["result"] == "success"
    event = hamlet.get_events(queue_id=queue, last_event_id=-1, dont_block=True)["events"][0]
    assert (event["orig_content"], event["content"]) == ("working", "done")
    zulip_server.advance(10)
    late = bot.update_message({"message_id": sent, "content": "again"})
    assert late["result"] == "error"
    assert zulip_server.messages(channel="ops")[-1].content == "done"


def test_a_file_can_be_read_once_a_message_links_it(zulip_server: ZulipEmulator) -> None:
    bot = zulip_server.client("ritsuko")
    content = io.BytesIO(b"NAME READY\nweb-0 1/1\n")
    content.name = "pods output.txt"
    uri = bot.upload_file(content)["uri"]
    assert uri.endswith("/pods-output.txt")
    as_hamlet = ("hamlet@zulip.com", zulip_server.api_key("hamlet"))
    assert requests.get(zulip_server.url + uri, auth=as_hamlet, timeout=5).status_code == 403
    bot.send_message({"type": "stream", "to": "ops", "topic": "t", "content": f"[output]({uri})"})
    assert requests.get(zulip_server.url + uri, auth=as_hamlet, timeout=5).text == "NAME READY\nweb-0 1/1\n"


def test_catching_up_pages_through_mentions_and_direct_messages(zulip_server: ZulipEmulator) -> None:
    bot = zulip_server.client("ritsuko")
    handled = zulip_server.send("hamlet", "@**Ritsuko** 0", to="ops")
    missed = [zulip_server.send("hamlet", f"@**Ritsuko** {n}", to="ops") for n in range(1, 6)]
    zulip_server.send("hamlet", "not for you", to="ops")
    direct = zulip_server.send("cordelia", "psst", dm="ritsuko")
    found: list[int] = []
    anchor, newest = handled, False
    while not newest:
        page = bot.get_messages(
            {
                "anchor": anchor,
                "include_anchor": False,
                "num_before": 0,
                "num_after": 2,
                "narrow": [["is", "mentioned"]],
                "apply_markdown": False,
            }
        )
        found += [message["id"] for message in page["messages"]]
        anchor, newest = found[-1], page["found_newest"]
    assert found == missed
    page = bot.get_messages({"anchor": "newest", "num_before": 5, "num_after": 0, "narrow": [["is", "dm"]]})
    assert [message["id"] for message in page["messages"]] == [direct]


def test_storage_keeps_strings(zulip_server: ZulipEmulator) -> None:
    bot = zulip_server.client("ritsuko")
    assert bot.update_storage({"storage": {"seen": "17"}})["result"] == "success"
    assert bot.get_storage()["storage"] == {"seen": "17"}
    assert bot.update_storage({"storage": {"seen": 17}})["result"] == "error"


def test_a_reaction_is_told_and_taken_once(zulip_server: ZulipEmulator) -> None:
    bot, hamlet = zulip_server.client("ritsuko"), zulip_server.client("hamlet")
    queue = ask_to_be_told(bot, "reaction")
    sent = zulip_server.send("ritsuko", "Restart web-0?", to="ops")
    assert hamlet.add_reaction({"message_id": sent, "emoji_name": "check"})["result"] == "success"
    assert hamlet.add_reaction({"message_id": sent, "emoji_name": "check"})["code"] == "REACTION_ALREADY_EXISTS"
    event = bot.get_events(queue_id=queue, last_event_id=-1, dont_block=True)["events"][0]
    assert (event["user_id"], event["emoji_name"], event["message_id"]) == (9, "check", sent)


def test_typing_shows(zulip_server: ZulipEmulator) -> None:
    bot, hamlet = zulip_server.client("ritsuko"), zulip_server.client("hamlet")
    queue = ask_to_be_told(hamlet, "typing")
    bot.set_typing_status({"op": "start", "to": [9]})
    event = hamlet.get_events(queue_id=queue, last_event_id=-1, dont_block=True)["events"][0]
    assert (event["op"], event["sender"]["user_id"]) == ("start", 14)


def test_too_many_requests_have_to_wait_a_minute(zulip_server: ZulipEmulator) -> None:
    bot = zulip_server.client("ritsuko", retry_on_errors=False)
    zulip_server.set_limit(3)
    answers = [bot.get_profile() for _ in range(4)]
    assert [answer["result"] for answer in answers] == ["success"] * 3 + ["error"]
    assert answers[-1]["code"] == "RATE_LIMIT_HIT"
    assert 0 < answers[-1]["retry-after"] <= 60
    zulip_server.advance(61)
    assert bot.get_profile()["result"] == "success"


def test_the_echo_of_a_send_carries_its_local_id(zulip_server: ZulipEmulator) -> None:
    bot = zulip_server.client("ritsuko")
    queue = ask_to_be_told(bot, "message")
    message = {"type": "stream", "to": "ops", "topic": "t", "content": "x", "queue_id": queue, "local_id": "7.1"}
    bot.send_message(message)
    event = bot.get_events(queue_id=queue, last_event_id=-1, dont_block=True)["events"][0]
    assert event["local_message_id"] == "7.1"


def test_a_zuliprc_and_a_secret_name_the_same_bot(zulip_server: ZulipEmulator, tmp_path: Path) -> None:
    secret = zulip_server.credentials()
    written = zulip_server.write_zuliprc(tmp_path / "zuliprc").read_text()
    assert all(value in written for value in secret.values())
    answer = requests.get(
        f"{secret['ZULIP_SITE']}/api/v1/users/me", auth=(secret["ZULIP_EMAIL"], secret["ZULIP_API_KEY"]), timeout=5
    )
    assert answer.json()["user_id"] == 14


def test_waiting_for_what_is_said(zulip_server: ZulipEmulator) -> None:
    threading.Timer(0.1, zulip_server.send, ("ritsuko", "pong"), {"to": "ops"}).start()
    assert zulip_server.wait_for_message(lambda m: m.content == "pong", deadline=5).sender_id == 14
    with pytest.raises(TimeoutError, match="pong"):
        zulip_server.wait_for_message(lambda m: m.content == "never", deadline=0.1)


async def test_async_tests_have_a_way_in() -> None:
    async with ZulipEmulator() as emulator:
        emulator.send("hamlet", "hello", to="ops")
        assert (await emulator.message(lambda m: m.content == "hello")).sender_id == 9


def test_one_port_on_two_addresses() -> None:
    with ZulipEmulator(["127.0.0.1", "127.0.0.2"]) as emulator:
        for host in ("127.0.0.1", "127.0.0.2"):
            settings = requests.get(f"http://{host}:{emulator.port}/api/v1/server_settings", timeout=5).json()
            assert settings["realm_uri"] == emulator.url_at(host)


def test_the_event_server_lets_one_more_poll_in_every_few_seconds(zulip_server: ZulipEmulator) -> None:
    bot = zulip_server.client("ritsuko", retry_on_errors=False)
    queue = ask_to_be_told(bot, "message")
    zulip_server.set_limit(6)

    def poll() -> str:
        answer = bot.get_events(queue_id=queue, last_event_id=-1, dont_block=True)
        return answer.get("code", answer["result"])

    assert [poll() for _ in range(7)] == ["success"] * 6 + ["RATE_LIMIT_HIT"]
    zulip_server.advance(10)
    assert [poll(), poll()] == ["success", "RATE_LIMIT_HIT"]
