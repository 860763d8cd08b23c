"""Who asked, and where."""

from __future__ import annotations

from dataclasses import dataclass

from ritsuko_api.identity import User


@dataclass(frozen=True, slots=True)
class Asker:
    """The person behind a command: `user` is the identity, `name` is for people, `where` is for the audit line."""

    user: User
    name: str
    where: str
