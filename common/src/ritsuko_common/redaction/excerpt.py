"""What an audit line keeps of a call's arguments and errors: redacted, and bounded however much was given."""

from __future__ import annotations

from ritsuko_common.json_value import JsonValue
from ritsuko_common.redaction.redactor import Redaction

_LONGEST = 500  # characters of a text that are shown
_READ = (
    4 * _LONGEST
)  # of a text: what is read before it is redacted, so that a secret that is cut is still known as one
_LONGEST_NAME = 100
_MOST_ENTRIES = 50
_DEEPEST = 6
_MOST_READ = 16_000  # characters of the whole


def excerpt(value: JsonValue) -> JsonValue:
    """The value without secrets: long texts are cut and give their length, and what is too much is an ellipsis."""
    return _shortened(Redaction().value(_Reader().read(value, _DEEPEST)))


class _Reader:
    """Copies as much of a structure as an excerpt can show."""

    def __init__(self) -> None:
        self._left = _MOST_READ

    def read(self, value: JsonValue, depth: int) -> JsonValue:
        if depth == 0 or self._left <= 0:
            return "…"
        match value:
            case str():
                kept = value if len(value) <= _READ else f"{value[:_READ]}… ({len(value)} characters)"
                self._left -= len(kept)
                return kept
            case list():
                more: list[JsonValue] = ["…"] if len(value) > _MOST_ENTRIES else []
                return [self.read(item, depth - 1) for item in value[:_MOST_ENTRIES]] + more
            case dict():
                kept_entries: dict[str, JsonValue] = {}
                for number, (name, item) in enumerate(value.items()):
                    if number == _MOST_ENTRIES or self._left <= 0:
                        kept_entries["…"] = f"{len(value) - number} more"
                        break
                    self._left -= len(name[:_LONGEST_NAME]) + 8
                    kept_entries[name[:_LONGEST_NAME]] = self.read(item, depth - 1)
                return kept_entries
            case _:
                self._left -= 8
                return value


def _shortened(value: JsonValue) -> JsonValue:
    match value:
        case str() if len(value) > _LONGEST:
            length = value.rpartition("… (")[2] if value.endswith(" characters)") else f"{len(value)} characters)"
            return f"{value[:_LONGEST]}… ({length}"
        case list():
            return [_shortened(item) for item in value]
        case dict():
            return {name: _shortened(item) for name, item in value.items()}
        case _:
            return value
