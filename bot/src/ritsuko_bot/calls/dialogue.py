"""What a call may ask of people while it runs. It asks in data; how people read it is decided elsewhere."""

from __future__ import annotations

from typing import Protocol

from mcp_types import ElicitRequestParams, ElicitResult

from ritsuko_bot.access.approval import Vote
from ritsuko_bot.calls.approval import ApprovalRequest


class Dialogue(Protocol):
    """The people around a call. Every method may be cancelled at any time, which ends the waiting."""

    async def announce(self) -> None:
        """Returns when a lasting record says that the call runs.

        A process that takes over reads it, and does not start the call a second time. For calls that change something.
        """
        ...

    async def approve(self, request: ApprovalRequest) -> Vote | None:
        """The first vote that decides the request; None if there was none within `APPROVAL_WITHIN` seconds.

        A voter's role and groups are looked up at the time of the vote. Raises `RequestTooLong`.
        """
        ...

    async def elicit(self, server: str, question: ElicitRequestParams) -> ElicitResult:
        """The asker's reply to a question of `server`; `cancel` if there was none in time."""
        ...
