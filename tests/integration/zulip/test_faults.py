"""Faults strike what was ordered, as often as ordered, and leave the state a real failure would leave."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.zulip import ZulipEmulator

Ask = Callable[..., requests.Response]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def ask(zulip_server: ZulipEmulator) -> Ask:
    def request(method: str, path: str, who: str = "ritsuko", **form: str) -> requests.Response:
        user = zulip_server.user(who)
        query, body = (form, None) if method == "GET" else (None, form)
        url = f"{zulip_server.url}/api/v1/{path}"
        return requests.request(method, url, params=query, data=body, auth=(user.email, user.api_key), timeout=10)

    return request


MESSAGE = {"type": "stream", "to": "ops", "topic": "t", "content": "once"}


def test_an_error_before_the_effect_leaves_nothing(zulip_server: ZulipEmulator, ask: Ask) -> None:
    fault = zulip_server.add_fault("error", method="POST", path="/messages$", status=502)
    answer = ask("POST", "messages", **MESSAGE)
    assert answer.status_code == 502
    assert "html" in answer.headers["content-type"]
    assert (zulip_server.messages(), fault.struck) == ([], 1)
    assert ask("POST", "messages", **MESSAGE).status_code == 200


def test_an_error_after_the_effect_hides_a_message_that_was_sent(zulip_server: ZulipEmulator, ask: Ask) -> None:
    zulip_server.add_fault("error", method="POST", path="/messages$", status=500, when="after")
    answer = ask("POST", "messages", **MESSAGE)
    assert answer.status_code == 500
    assert "code" not in answer.json()
    assert [message.content for message in zulip_server.messages()] == ["once"]


@pytest.mark.parametrize(("when", "sent"), [("before", []), ("after", ["once"])])
def test_a_dropped_connection_says_nothing(zulip_server: ZulipEmulator, ask: Ask, when: str, sent: list[str]) -> None:
    zulip_server.add_fault("drop", path="/messages$", when=when)
    with pytest.raises(requests.ConnectionError):
        ask("POST", "messages", **MESSAGE)
    assert [message.content for message in zulip_server.messages()] == sent
    assert ask("GET", "users/me").status_code == 200


def test_a_rate_limit_on_order_names_the_time_to_wait(zulip_server: ZulipEmulator, ask: Ask) -> None:
    zulip_server.add_fault("rate_limit", path="/users/me", seconds=2.5, count=2)
    answers = [ask("GET", "users/me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "2.5"
    assert (answers[0].json()["code"], answers[0].json()["retry-after"]) == ("RATE_LIMIT_HIT", 2.5)


def test_a_delay_comes_before_or_after_the_effect(zulip_server: ZulipEmulator, ask: Ask) -> None:
    zulip_server.add_fault("delay", path="/messages$", seconds=0.4, when="after")
    with ThreadPoolExecutor(1) as pool:
        started = time.monotonic()
        answer = pool.submit(ask, "POST", "messages", **MESSAGE)
        zulip_server.wait_for_message(lambda m: m.content == "once", deadline=5)
        assert not answer.done()
        assert answer.result(5).status_code == 200
        assert time.monotonic() - started >= 0.4


def test_chance_is_repeatable(zulip_server: ZulipEmulator, ask: Ask) -> None:
    def outcomes() -> list[int]:
        zulip_server.add_fault("error", path="/users/me", count=None, probability=0.5, seed=4, status=500)
        answers = [ask("GET", "users/me").status_code for _ in range(12)]
        zulip_server.clear_faults()
        return answers

    first = outcomes()
    assert set(first) == {200, 500}
    assert outcomes() == first


def test_a_fault_can_take_the_queues(zulip_server: ZulipEmulator, ask: Ask) -> None:
    queue = ask("POST", "register", event_types='["message"]').json()["queue_id"]
    zulip_server.add_fault("expire_queues", path="/messages$")
    ask("POST", "messages", who="hamlet", **MESSAGE)
    answer = ask("GET", "events", queue_id=queue, last_event_id="-1", dont_block="true")
    assert answer.json()["code"] == "BAD_EVENT_QUEUE_ID"


def test_a_clean_restart_keeps_queues_and_a_crash_does_not(zulip_server: ZulipEmulator, ask: Ask) -> None:
    queue = ask("POST", "register", event_types='["message"]').json()["queue_id"]
    zulip_server.event_server("stop")
    assert ask("GET", "events", queue_id=queue, last_event_id="-1").status_code == 502
    assert ask("POST", "register").status_code == 500
    zulip_server.send("hamlet", "meanwhile", to="ops")
    zulip_server.event_server("start")
    events = ask("GET", "events", queue_id=queue, last_event_id="-1", dont_block="true").json()["events"]
    assert [event["type"] for event in events] == ["message", "restart"]
    zulip_server.event_server("crash")
    answer = ask("GET", "events", queue_id=queue, last_event_id="-1", dont_block="true")
    assert answer.json()["code"] == "BAD_EVENT_QUEUE_ID"


def test_faults_can_be_ordered_over_http(zulip_server: ZulipEmulator, ask: Ask) -> None:
    control = zulip_server.url + "/emulator/"
    rule = {"kind": "error", "method": "GET", "path": "/users/me", "status": 503, "count": None}
    ordered = requests.post(control + "faults", json=rule, timeout=5).json()
    assert ask("GET", "users/me").status_code == 503
    assert requests.get(control + "faults", timeout=5).json()["faults"][0]["struck"] == 1
    requests.delete(f"{control}faults/{ordered['id']}", timeout=5)
    assert ask("GET", "users/me").status_code == 200
    requests.put(control + "outages", json={"down": ["django"]}, timeout=5)
    assert ask("GET", "users/me").status_code == 502
    refused = requests.post(control + "faults", json={"kind": "gremlin"}, timeout=5)
    assert (refused.status_code, "gremlin" in refused.json()["error"]) == (400, True)


def test_the_command_says_where_it_is_and_ends_when_told() -> None:
    command = [sys.executable, "-m", "tests.zulip", "--host", "127.0.0.1", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        site = lines[1].strip().removeprefix("ZULIP_SITE=")
        assert site in lines[0]
        assert "<title>" in requests.get(site, timeout=5).text
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
