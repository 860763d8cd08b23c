"""A scripted conversation with the bot, through Zulip, as a person would have it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import zulip

CHANNEL = "ops"
TOPIC = "demo"
MENTION = "@**Ritsuko** "


@dataclass(frozen=True)
class Turn:
    """What the person types, and a piece of what the bot has to answer."""

    line: str
    expected: str


SCRIPT = [
    Turn("mcp list", "prometheus"),
    Turn("mcp kubernetes get pods", "checkout"),
    Turn("mcp prometheus query up", "apiserver"),
    Turn('mcp logs search "connection refused" --since 10m', "payment of order"),
    Turn("mcp kuberntes get pods", "kubernetes"),
]


class Silence(Exception):
    """The bot did not answer as it should have."""


class Conversation:
    """One person talking to the bot in one topic. `client` is that person's."""

    def __init__(self, client: zulip.Client, *, channel: str = CHANNEL, topic: str = TOPIC) -> None:
        self._client = client
        self._channel = channel
        self._topic = topic

    def say(self, line: str) -> int:
        """Send a line to the bot; the message's id."""
        message = {"type": "stream", "to": self._channel, "topic": self._topic, "content": MENTION + line}
        answer = self._client.send_message(message)
        if answer["result"] != "success":
            raise Silence(f"Zulip did not take the message: {answer['msg']}")
        return answer["id"]

    def answer_to(self, message: int, *, holds: str, seconds: float = 30) -> str:
        """The bot's answer after `message`, once it has `holds` in it."""
        deadline = time.monotonic() + seconds
        said: list[str] = []
        while time.monotonic() < deadline:
            said = [m["content"] for m in self._later_than(message) if m["sender_full_name"] == "Ritsuko"]
            if found := next((content for content in said if holds in content), None):
                return found
            time.sleep(0.1)
        raise Silence(f"no answer with {holds!r} within {seconds:.0f} s; the bot said: {said or 'nothing'}")

    def insist(self, line: str, *, holds: str, seconds: float) -> str:
        """Ask again and again, as a person does who waits for something, until an answer has `holds` in it."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.answer_to(self.say(line), holds=holds, seconds=2)
            except Silence:
                if time.monotonic() > deadline:
                    raise

    def _later_than(self, message: int) -> list[dict[str, Any]]:
        narrow = [{"operator": "stream", "operand": self._channel}, {"operator": "topic", "operand": self._topic}]
        request = {
            "anchor": message,
            "include_anchor": False,
            "num_before": 0,
            "num_after": 50,
            "narrow": narrow,
            "apply_markdown": False,
        }
        answer = self._client.get_messages(request)
        if answer["result"] != "success":
            raise Silence(f"Zulip did not show the topic: {answer['msg']}")
        return answer["messages"]


def hold(conversation: Conversation, show: Callable[[str, str], None]) -> None:
    """Go through the script; `show` gets who said what, as it is said."""
    for turn in SCRIPT:
        show("hamlet", MENTION + turn.line)
        show("Ritsuko", conversation.answer_to(conversation.say(turn.line), holds=turn.expected))
