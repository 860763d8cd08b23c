"""Run the contract's cases against an emulator and say where it answers otherwise."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import requests

from tests.zulip.contract.build import CONTRACT
from tests.zulip.contract.compare import Names, differences
from tests.zulip.emulator import ZulipEmulator

AGENT = "RitsukoRecorder/1.0"
ID_OPERAND = re.compile(r'("id", "|"id", "operand": )(\d+)')


def contract() -> dict[str, Any]:
    return json.loads(CONTRACT.read_text())


class Replay:
    """One group's cases against one fresh emulator."""

    def __init__(self, emulator: ZulipEmulator) -> None:
        self._emulator = emulator
        self._names = Names()
        self._session = requests.Session()
        self._session.headers["User-Agent"] = AGENT
        self._case: dict[str, Any] = {}

    def close(self) -> None:
        self._session.close()

    def run(self, group: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
        """(case, what differs) for each case in turn."""
        for step in group["start"]:
            self._step(step)
        for case in group["cases"]:
            self._case = case
            for step in case["given"]:
                self._step(step)
            yield case["name"], self._check(case)

    def _check(self, case: dict[str, Any]) -> list[str]:
        if case.get("meanwhile"):
            response = self._ask_while(case["request"], case["meanwhile"])
        else:
            response = self._ask(case["request"])
        recorded = case["answer"]
        if response.status_code != recorded["status"]:
            return [f"status {recorded['status']} recorded, here {response.status_code}: {response.text[:200]}"]
        ours = {name: response.headers[name] for name in recorded["headers"] if name in response.headers}
        found = differences(recorded["headers"], ours, self._names, "headers")
        if "x-ratelimit-limit" not in recorded["headers"] and "x-ratelimit-limit" in response.headers:
            found.append("headers: rate headers where none were recorded")
        try:
            body: Any = response.json()
        except ValueError:
            body = response.text
        return found + differences(recorded["body"], body, self._names, "body")

    def _ask(self, asked: dict[str, Any]) -> requests.Response:
        headers = dict(asked.get("headers", {}))
        auth = (asked["as"], self._key(asked["as"], asked["key"])) if "as" in asked else None
        body: Any = {name: self._value(value) for name, value in asked["form"].items()} if "form" in asked else None
        if "raw" in asked:
            body = self._names.text(asked["raw"]).encode()
            headers["Content-Type"] = asked["content_type"]
        files = [
            (part["field"], (part["filename"], b"x" * part["size"], part["content_type"]))
            for part in asked.get("files", [])
        ]
        return self._session.request(
            asked["method"],
            self._emulator.url + self._path(asked["path"]),
            params={name: self._value(value) for name, value in asked.get("query", {}).items()},
            data=body,
            files=files or None,
            headers=headers,
            auth=auth,
            allow_redirects=False,
            timeout=30,
        )

    def _ask_while(self, asked: dict[str, Any], steps: list[Any]) -> requests.Response:
        """Ask, and once the poll is open do the steps that end it."""
        answers: list[requests.Response] = []
        poller = threading.Thread(target=lambda: answers.append(self._ask(asked)))
        poller.start()
        deadline = time.monotonic() + 10
        while not self._emulator.call(lambda: any(q.poll is not None for q in self._emulator.server.queues.all())):
            if time.monotonic() > deadline:
                break
            time.sleep(0.005)
        for step in steps:
            self._step(step)
        poller.join(30)
        return answers[0]

    def _key(self, who: str, which: str) -> str:
        keys = {"wrong": "0" * 32, "short": "abc", "empty": "", "the bot's": self._emulator.api_key("ritsuko")}
        return keys[which] if which in keys else self._emulator.api_key(who)

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            unit, times, end, *start = value["~big"]
            return "".join(start) + unit * times + end
        if isinstance(value, str):
            return self._numbered(self._names.text(value))
        return value

    def _path(self, path: str) -> str:
        parts = self._names.text(path).split("/")
        named = [
            self._number(part) if before == "messages" else part
            for before, part in zip(["", *parts], parts, strict=False)
        ]
        return "/".join(named)

    def _number(self, text: str) -> str:
        return str(self._names.numbers.get(int(text), int(text))) if text.isdecimal() else text

    def _numbered(self, value: str) -> str:
        """Recorded message ids inside a parameter: an anchor, a list of ids, an `id` operand."""
        if value.isdecimal() and int(value) > 100:
            return self._number(value)
        if value.startswith("[") and value.strip("[]").isdecimal():
            return f"[{self._number(value.strip('[]'))}]"
        return ID_OPERAND.sub(lambda match: match[1] + self._number(match[2]), value)

    def _step(self, step: list[Any]) -> None:
        emulator, kind = self._emulator, step[0]
        if kind == "call":
            self._call(*step[1:])
        elif kind == "queue":
            _, who, recorded, form = step
            answer = self._call(who, "POST", "/api/v1/register", form, None)
            self._names.learn_text(recorded, answer["queue_id"])
        elif kind == "upload":
            _, who, name, content, recorded = step
            response = self._session.post(
                emulator.url + "/api/v1/user_uploads",
                files={"file": (name, content.encode(), "text/plain")},
                auth=(who, emulator.api_key(who)),
                timeout=30,
            )
            self._names.learn_text(recorded, response.json()["uri"].removeprefix("/user_uploads/"))
        elif kind == "repeat":
            for _ in range(step[1]):
                self._step(step[2])
        elif kind == "topics":
            for topic in reversed(self._case["answer"]["body"]["topics"]):
                form = {"type": "stream", "to": "ops", "topic": topic["name"], "content": "x"}
                self._call("hamlet@zulip.com", "POST", "/api/v1/messages", form, topic["max_id"])
        elif kind == "advance":
            emulator.advance(step[1])
        elif kind == "event server":
            emulator.event_server(step[1])
        elif kind == "down":
            emulator.set_outages(*step[1:])
        elif kind == "limit":
            emulator.set_limit(step[1], per_address=step[2])
        else:
            raise ValueError(f"unknown step {kind}")

    def _call(self, who: str, method: str, path: str, form: dict[str, Any], number: int | None) -> dict[str, Any]:
        where = "query" if method == "GET" else "form"
        response = self._ask({"method": method, "path": path, "as": who, "key": "own", where: form})
        answer = response.json()
        if number is not None:
            self._names.numbers[number] = answer["id"]
        return answer
