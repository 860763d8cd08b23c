"""Who a rule speaks of: a person with a role and user groups."""

from __future__ import annotations

from dataclasses import dataclass

from ritsuko_api.identity import User


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the chat. `groups` are the names of all user groups that they belong to, by subgroups too.

    A rule that names a group can only match what stands here: whoever makes a person looks the groups up, or fails.
    """

    user: User
    name: str
    groups: frozenset[str] = frozenset()
