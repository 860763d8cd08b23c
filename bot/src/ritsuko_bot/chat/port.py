"""The port between the bot and a chat. A chat is a folder with an adapter that implements `Chat` and `Inbox`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ritsuko_bot.access.person import Person
from ritsuko_bot.answers.answer import Answer
from ritsuko_bot.calls.caller import Caller
from ritsuko_bot.chat.message import IncomingMessage, OutgoingMessage, Reaction
from ritsuko_bot.chat.place import Place


class Chat(Protocol):
    """What the bot can do in a chat. Methods retry while the chat is unavailable, and raise `ChatRefused`."""

    @property
    def can_ask(self) -> bool:
        """Whether people can be asked something while a command runs."""
        ...

    @property
    def busy(self) -> bool:
        """Whether requests have to wait now, so that what is not an answer should be left out."""
        ...

    async def person(self, person: str, *, now: bool = False) -> Person | None:
        """The person of that id, as of the last minute or as of `now`; None for somebody who is not answered."""
        ...

    async def read(self, message: str) -> IncomingMessage | None:
        """A message as it is now; None if there is none."""
        ...

    async def post(self, message: OutgoingMessage, *, replace: str | None = None) -> str:
        """Posts a message once, or puts it in place of the bot's message `replace`; returns the id of where it is.

        An answer that may not replace a message is posted as a new one.
        """
        ...

    def fits(self, message: OutgoingMessage) -> bool:
        """Whether people can read all of a message in place, without a file."""
        ...

    async def react(self, message: str, emoji: str) -> None:
        """Puts an emoji under a message."""
        ...

    async def reactions(self, message: str) -> Sequence[Reaction]:
        """The emoji under a message."""
        ...

    async def typing(self, place: Place, *, on: bool) -> None:
        """Shows that the bot is writing, or no longer shows it. Never fails: it is only a courtesy."""
        ...


class Inbox(Protocol):
    """Which messages still need an answer; it outlasts a restart where the chat has a place to store that."""

    def skip(self, message: str) -> None:
        """The message asks nothing of the bot."""
        ...

    def take(self, message: str) -> bool:
        """True if the message is now the caller's to answer; False if it was taken before."""
        ...

    def finish(self, message: str) -> None:
        """A message that was taken needs nothing any more."""
        ...

    def reopen(self, message: str) -> bool:
        """True if the message was finished, and is now the caller's to answer again."""
        ...


class Commands(Protocol):
    """What answers commands. Called from many tasks at once."""

    async def answer(self, line: str, caller: Caller) -> Answer | None:
        """The answer to one line; None if it is not a command."""
        ...
