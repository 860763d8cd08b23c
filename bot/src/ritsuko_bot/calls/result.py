"""How a call ended. Nothing here is text for people: `ritsuko_bot.answers.calls` makes answers of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mcp_types import CallToolResult

from ritsuko_bot.access.person import Person
from ritsuko_bot.access.policy import Decision
from ritsuko_bot.calls.pages import Page
from ritsuko_bot.mcp.errors import CallFailed


@dataclass(frozen=True, slots=True)
class Completed:
    """The server answered; the result may be an error of the tool itself (`result.is_error`).

    `age`: seconds since the result was cached, None if it is new. `page`: the call that gets the next page, if any.
    """

    result: CallToolResult
    age: float | None = None
    page: Page | None = None
    approved_by: Person | None = None


@dataclass(frozen=True, slots=True)
class Denied:
    """The access rules do not allow the call."""

    decision: Decision


class NoApproval(StrEnum):
    """Why a call that needs an approval has none."""

    NOBODY_TO_ASK = "nobody to ask"
    TOO_LONG = "arguments too long to show"
    EXPIRED = "no vote in time"
    REJECTED = "rejected by an approver"
    WITHDRAWN = "withdrawn by the asker"


@dataclass(frozen=True, slots=True)
class NotApproved:
    """The call needed an approval and did not get one. `by`: who rejected it, if somebody did."""

    decision: Decision
    cause: NoApproval
    by: Person | None = None


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The bot was restarted while it ran this call, which may change something: it was not run again."""


@dataclass(frozen=True, slots=True)
class TooLate:
    """The call may change something and was asked for long ago: it was not run."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The server gave no result."""

    error: CallFailed


CallResult = Completed | Denied | NotApproved | Interrupted | TooLate | Failed
