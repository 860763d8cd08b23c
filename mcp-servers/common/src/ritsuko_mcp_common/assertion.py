"""Who asked, as the bot signed it into the call's `_meta`."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from ritsuko_api.identity import META_KEY, AssertionRefused, User, verify
from ritsuko_mcp_common.errors import ToolFailure


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call: a verified user, or nobody we know."""

    user: User | None

    @property
    def label(self) -> str:
        """For the audit log."""
        return f"{self.user.id} {self.user.email}" if self.user else "anonymous"


ANONYMOUS = Caller(None)
_CURRENT: ContextVar[Caller] = ContextVar("caller", default=ANONYMOUS)


def current() -> Caller:
    """Who made the call that runs now: each call is a task of its own, and so are those it starts."""
    return _CURRENT.get()


def begin(asker: Caller) -> None:
    """From now on the running call is this caller's."""
    _CURRENT.set(asker)


def caller(meta: Mapping[str, object] | None, *, secret: str | None, server: str, required: bool, now: float) -> Caller:
    """The caller in a call's `_meta`.

    An assertion that cannot be trusted is refused (`ToolFailure`), never ignored. None at all is anonymous, unless
    `required`. Without a `secret` nothing can be verified, so an assertion counts for nothing.
    """
    assertion = (meta or {}).get(META_KEY)
    if assertion is None or secret is None:
        if required:
            raise ToolFailure(
                "this server answers only users it can verify, and the call has no user assertion",
                f"The bot signs one into _meta[{META_KEY!r}] for each call; call through the bot.",
            )
        return ANONYMOUS
    if not isinstance(assertion, str):
        raise ToolFailure("the user assertion is not a string", "Omit it, or call through the bot.")
    try:
        return Caller(verify(assertion, secret=secret, server=server, now=now))
    except AssertionRefused as error:
        raise ToolFailure(
            str(error), "Try again; if it persists, the bot's and this server's tokens or clocks differ."
        ) from error
