"""A terminal as a `Chat`: what is posted is printed."""

from __future__ import annotations

import getpass
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from ritsuko_api.identity import User
from ritsuko_bot.access.person import Person
from ritsuko_bot.answers.terminal import render
from ritsuko_bot.chat.message import IncomingMessage, MessageKind, OutgoingMessage, Reaction
from ritsuko_bot.chat.place import Place

_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"
_PIPED_WIDTH = 120


@dataclass(frozen=True, slots=True)
class TerminalPlace:
    """The one place of a terminal."""

    @property
    def channel(self) -> None:
        """A terminal has no channels."""
        return

    def __str__(self) -> str:
        return "console"


class TerminalChat:
    """The standard output. `failed`: whether the last command could not do what was asked.

    Nobody can be asked anything here: the next line may come from a script, and no second person is there to approve.
    """

    can_ask = False
    busy = False

    def __init__(self) -> None:
        self.failed = False
        self._terminal = sys.stdout.isatty()
        self._shows_progress = self._terminal and sys.stdin.isatty()
        self._posted = 0
        login = _login()
        self._person = Person(User(id="0", email=login, role="owner"), login)

    async def person(self, person: str, *, now: bool = False) -> Person | None:
        """The one person who types here."""
        return self._person

    async def read(self, message: str) -> IncomingMessage | None:
        """Lines cannot be edited, so none is read again."""
        return None

    async def post(self, message: OutgoingMessage, *, replace: str | None = None) -> str:
        """Prints an answer; a running note only where somebody watches."""
        self._posted += 1
        if message.kind is MessageKind.ANSWER:
            self.failed = message.content.failed
            width = shutil.get_terminal_size().columns if self._terminal else _PIPED_WIDTH
            print(render(message.content, colour=self._terminal, width=width), flush=True)
        elif self._shows_progress:
            print(f"{_DIM}… {render(message.content, colour=False, width=_PIPED_WIDTH)}{_PLAIN}", flush=True)
        return str(self._posted)

    def fits(self, message: OutgoingMessage) -> bool:
        """A terminal scrolls."""
        return True

    async def react(self, message: str, emoji: str) -> None:
        """There is nothing to react to."""

    async def reactions(self, message: str) -> Sequence[Reaction]:
        """There are none."""
        return ()

    async def typing(self, place: Place, *, on: bool) -> None:
        """The missing prompt shows it."""


class TerminalInbox:
    """Every line is new, and nothing outlasts the process."""

    def skip(self, message: str) -> None:
        """See `Inbox.skip`."""

    def take(self, message: str) -> bool:
        """See `Inbox.take`."""
        return True

    def finish(self, message: str) -> None:
        """See `Inbox.finish`."""

    def reopen(self, message: str) -> bool:
        """See `Inbox.reopen`."""
        return False


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "you"
