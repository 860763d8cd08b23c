"""Who asked, and where."""

from __future__ import annotations

from dataclasses import dataclass

from ritsuko_api.identity import User
from ritsuko_bot.access.person import Person


@dataclass(frozen=True, slots=True)
class Asker:
    """The person a call is made for. `where` is the place for the audit log.

    `late`: the command was sent long ago, while the bot was offline. `interrupted`: the bot was restarted while it ran
    the command. `channel`: the name of the channel it came from, None for a direct message and the terminal.
    """

    person: Person
    where: str
    late: bool = False
    interrupted: bool = False
    channel: str | None = None

    @property
    def user(self) -> User:
        """The person's identity, as servers get it."""
        return self.person.user
