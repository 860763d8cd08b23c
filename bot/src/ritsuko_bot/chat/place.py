"""Where a message is, and where its answer goes."""

from __future__ import annotations

from typing import Protocol


class Place(Protocol):
    """A conversation of a chat: a topic, a thread, a direct message, a terminal.

    Adapters make them. Two are equal, with the same hash, if they are the same conversation. `str()` names the place
    for people and for the audit log.
    """

    @property
    def channel(self) -> str | None:
        """The name of the channel that the place is in; None if it is in none."""
        ...

    def __hash__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
