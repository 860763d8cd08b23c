"""Who asked, and where."""

from __future__ import annotations

from dataclasses import dataclass

from ritsuko_api.identity import User
from ritsuko_bot.access.person import Person


@dataclass(frozen=True, slots=True)
class Asker:
    """The person behind a command: `user` is the identity, `name` is for people, `where` is for the audit line.

    `late` is true when the command was given long ago, while nobody was there to answer;
    `interrupted` when the bot was ended while it ran the command. `channel` is the name of the
    channel it was given in, None for a direct message and a console; `groups` as in `Person`.
    """

    user: User
    name: str
    where: str
    late: bool = False
    interrupted: bool = False
    channel: str | None = None
    groups: frozenset[str] = frozenset()

    @property
    def person(self) -> Person:
        return Person(self.user, self.name, self.groups)
