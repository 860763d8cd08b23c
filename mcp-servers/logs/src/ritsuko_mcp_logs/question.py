"""What a caller asks, and where a page of the answer ended."""

from dataclasses import dataclass

from pydantic import BaseModel, JsonValue

from .hits import Key, Order
from .targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to search for and where."""

    text: str = ""
    namespace: str = ""
    pod: str = ""
    labels: str = ""
    container: str = ""
    level: str = ""
    since: str = "1h"
    regex: bool = False
    case_sensitive: bool = False
    previous: bool = False
    context: int = 0
    order: Order = "newest"
    limit: int = 50

    @property
    def fixed(self) -> JsonValue:
        """What may not change from page to page: all but the limit."""
        return [
            self.text, self.namespace, self.pod, self.labels, self.container, self.level, self.since, self.regex,
            self.case_sensitive, self.previous, self.context, self.order,
        ]  # fmt: skip

    @property
    def described(self) -> str:
        """What a line must have, to go behind "lines": ` with "timeout" at level error or worse`."""
        text = f" that match /{self.text}/" if self.regex else f' with "{self.text}"'
        return (text if self.text else "") + (f" at level {self.level} or worse" if self.level else "")


class Place(BaseModel):
    """The last line of a page, in a window that begins at `since` (Unix seconds) on all its pages."""

    since: float
    nanoseconds: int
    pod: str
    container: str
    nth: int

    @property
    def key(self) -> Key:
        """The place among all lines."""
        return Key(self.nanoseconds, Target(self.pod, self.container), self.nth)

    @classmethod
    def of(cls, key: Key, since: float) -> "Place":
        """The inverse of `key`."""
        pod, container = key.target.pod, key.target.container
        return cls(since=since, nanoseconds=key.nanoseconds, pod=pod, container=container, nth=key.nth)
