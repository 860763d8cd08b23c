"""Whether an answer says what the recorded one said, whatever the numbers are called here."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

MESSAGE_LISTS = {"message_ids", "unread_message_ids", "messages"}
NEW_NAMES = {"queue_id", "uri", "url", "path_id"}
LARGEST = 10_000_000_000_000_000
KINDS = {"bool": bool, "int": int, "float": float, "text": str, "null": type(None)}


@dataclass
class Names:
    """What recorded message ids, queue ids and file paths are here. A name met first in an answer is learnt from it."""

    numbers: dict[int, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def learn_text(self, recorded: str, ours: str) -> None:
        self.texts.setdefault(recorded, ours)

    def text(self, recorded: str) -> str:
        for name in sorted(self.texts, key=len, reverse=True):
            recorded = recorded.replace(name, self.texts[name])
        return recorded

    def numbers_of(self, recorded: list[int], ours: list[int]) -> list[int]:
        """Ours for each; one that is still unknown can only be one that no known name accounts for."""
        unclaimed = [number for number in ours if number not in self.numbers.values()]
        for number in recorded:
            if number not in self.numbers and unclaimed:
                self.numbers[number] = unclaimed.pop(0)
        return [self.numbers.get(number, number) for number in recorded]

    def number(self, recorded: int, ours: int) -> int:
        if recorded in (0, -1, LARGEST, 1_000_000_000):
            return recorded
        return self.numbers.setdefault(recorded, ours)


def differences(recorded: Any, ours: Any, names: Names, at: str = "") -> list[str]:
    """What differs, one line each; `recorded` is in the form that build.py writes."""
    if isinstance(recorded, str) and recorded.startswith("~"):
        return _kind_differs(recorded, ours, at)
    if isinstance(recorded, dict):
        if set(recorded) == {"~each"}:
            return _elements_differ(recorded["~each"], ours, names, at)
        if set(recorded) == {"~includes"}:
            return _lacks(recorded["~includes"], ours, names, at)
        return _dict_differs(recorded, ours, names, at)
    if isinstance(recorded, list):
        if not isinstance(ours, list) or len(recorded) != len(ours):
            return [f"{at}: {len(recorded)} elements recorded, here {_short(ours)}"]
        pairs = enumerate(zip(recorded, ours, strict=True))
        return [line for n, (a, b) in pairs for line in differences(a, b, names, f"{at}[{n}]")]
    if isinstance(recorded, str) and isinstance(ours, str):
        recorded = names.text(recorded)
    if type(recorded) is not type(ours) or recorded != ours:
        return [f"{at}: {_short(recorded)} recorded, here {_short(ours)}"]
    return []


def _dict_differs(recorded: dict[str, Any], ours: Any, names: Names, at: str) -> list[str]:
    if not isinstance(ours, dict):
        return [f"{at}: an object recorded, here {_short(ours)}"]
    if recorded and all(key.isdecimal() for key in recorded):
        recorded = {str(names.numbers.get(int(key), int(key))): value for key, value in recorded.items()}
    if set(recorded) != set(ours):
        return [f"{at}: lacks {sorted(set(recorded) - set(ours))}, has besides {sorted(set(ours) - set(recorded))}"]
    found: list[str] = []
    for key, value in recorded.items():
        found += _field_differs(key, value, ours[key], recorded, names, f"{at}.{key}")
    return found


def _field_differs(key: str, value: Any, ours: Any, within: dict[str, Any], names: Names, at: str) -> list[str]:
    numbered = key in ("message_id", "anchor", "max_id") or (key == "id" and _is_message(within))
    if numbered and isinstance(value, int) and isinstance(ours, int):
        wanted = names.number(value, ours)
        return [] if wanted == ours else [f"{at}: {value} is {wanted} here, not {ours}"]
    if key == "id" and {"path_id", "msg_type"} & set(within):
        return _kind_differs("~int", ours, at)
    if key in MESSAGE_LISTS and isinstance(value, list) and all(type(number) is int for number in value):
        return _numbers_differ(value, ours, names, at)
    if key in NEW_NAMES and isinstance(value, str) and isinstance(ours, str) and names.text(value) != ours:
        if key in ("uri", "path_id") and value.rpartition("/")[2] != ours.rpartition("/")[2]:
            return [f"{at}: {value} recorded, here {ours}"]
        if value in names.texts:
            return [f"{at}: {names.texts[value]} expected, here {ours}"]
        names.learn_text(value.removeprefix("/user_uploads/"), ours.removeprefix("/user_uploads/"))
        return []
    return differences(value, ours, names, at)


def _numbers_differ(recorded: list[int], ours: Any, names: Names, at: str) -> list[str]:
    if not isinstance(ours, list) or len(recorded) != len(ours):
        return [f"{at}: {recorded} recorded, here {_short(ours)}"]
    wanted = sorted(names.numbers_of(recorded, ours))
    return [] if wanted == sorted(ours) else [f"{at}: {wanted} expected, here {ours}"]


def _is_message(form: dict[str, Any]) -> bool:
    """Whether this object's `id` is a message's: a message itself, what links one, or the answer to sending."""
    return bool({"sender_id", "date_sent"} & set(form)) or {"result", "msg", "id"} <= set(form)


def _kind_differs(wanted: str, ours: Any, at: str) -> list[str]:
    """`wanted` is "~kind", "~kind?" where null will do, or "~text length digest"."""
    kind, *details = wanted.removeprefix("~").split()
    if kind.endswith("?") and ours is None:
        return []
    allowed = KINDS[kind.rstrip("?")]
    if (isinstance(ours, bool) and allowed is not bool) or not isinstance(ours, allowed):
        return [f"{at}: {wanted} expected, here {_short(ours)}"]
    text = str(ours)
    if details and [str(len(text)), hashlib.sha256(text.encode()).hexdigest()[:16]] != details:
        return [f"{at}: another text of {details[0]} characters expected, here {len(text)}: {_short(text)}"]
    return []


def _elements_differ(shapes: list[Any], ours: Any, names: Names, at: str) -> list[str]:
    if not isinstance(ours, list):
        return [f"{at}: a list expected, here {_short(ours)}"]
    for element in ours:
        tries = [differences(one, element, names, at) for one in shapes]
        if tries and all(tries):
            return min(tries, key=len)
    return []


def _lacks(elements: list[Any], ours: Any, names: Names, at: str) -> list[str]:
    if not isinstance(ours, list):
        return [f"{at}: a list expected, here {_short(ours)}"]
    found: list[str] = []
    for element in elements:
        tries = [differences(element, one, names, at) for one in ours]
        if all(tries):
            found += min(tries, key=len, default=[f"{at}: empty"])
    return found


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else text[:160] + "..."
