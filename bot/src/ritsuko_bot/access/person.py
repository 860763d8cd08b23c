"""A person with a role and user groups, as access rules match them."""

from __future__ import annotations

from dataclasses import dataclass

from ritsuko_api.identity import User


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the chat. `groups` are the names of all user groups that they belong to, by subgroups too.

    A rule that names a group matches only these: code that makes a person looks the groups up, or fails.
    """

    user: User
    name: str
    groups: frozenset[str] = frozenset()
