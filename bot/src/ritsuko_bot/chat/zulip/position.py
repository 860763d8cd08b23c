"""The bot's position in the messages of its account, which makes it answer each one once."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, ValidationError

_REMEMBERED = 5_000


class _Saved(BaseModel):
    model_config = ConfigDict(extra="ignore")

    through: int
    done: list[int] = []


class Position:
    """Messages are taken, and finished in any order.

    `through` is the id up to which nothing is left to do: history after it, without what is finished already, is what a
    successor has to look at.
    """

    def __init__(self, through: int, done: Iterable[int] = ()) -> None:
        self._highest = through
        self._open: set[int] = set()
        self._finished = dict.fromkeys(done)

    @property
    def through(self) -> int:
        """Every message up to here is finished, or does not concern the bot."""
        return min(self._open) - 1 if self._open else self._highest

    def take(self, message: int) -> bool:
        """True if the message is now the caller's to answer; False if it was taken before."""
        self._highest = max(self._highest, message)
        if message in self._open or message in self._finished:
            return False
        self._open.add(message)
        return True

    def skip(self, message: int) -> None:
        """The message asks nothing of the bot."""
        self._highest = max(self._highest, message)

    def finish(self, message: int) -> None:
        """A message that was taken is answered, or needs no answer."""
        self._open.discard(message)
        self._finished[message] = None
        if len(self._finished) > _REMEMBERED:
            self._forget()

    def reopen(self, message: int) -> bool:
        """True if the message was finished, and is now the caller's to answer again."""
        if message not in self._finished:
            return False
        del self._finished[message]
        self._open.add(message)
        return True

    def dump(self) -> str:
        """Text for a successor."""
        through = self.through
        done = sorted(message for message in self._finished if message > through)
        return _Saved(through=through, done=done).model_dump_json()

    def _forget(self) -> None:
        """Drops the oldest half of what was finished, but nothing that history could still bring back."""
        through = self.through
        for message in list(self._finished)[: _REMEMBERED // 2]:
            if message <= through:
                del self._finished[message]

    @classmethod
    def load(cls, text: str) -> Position | None:
        """The position from a text of `dump`; None if it is invalid."""
        try:
            saved = _Saved.model_validate_json(text)
        except ValidationError:
            return None
        return cls(saved.through, saved.done)
