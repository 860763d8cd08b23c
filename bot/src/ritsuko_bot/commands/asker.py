"""Who asked, and where."""

from __future__ import annotations

from dataclasses import dataclass

from ritsuko_api.identity import User


@dataclass(frozen=True, slots=True)
class Asker:
    """The person behind a command: `user` is the identity, `name` is for people, `where` is for the audit line.

    `late` is true when the command was given long ago, while nobody was there to answer.
    """

    user: User
    name: str
    where: str
    late: bool = False
