"""Keeping secrets out of what is said in `status` and Events: the words of containers, registries and servers.

What comes from outside may hold anything. Two nets: the values of the Secrets that were read, wherever they stand; and
what looks like a credential.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from ritsuko_common.redaction.redactor import redacted

REDACTED = "[redacted-secret]"
_LAST_WORDS = "; its last words:\n"
_LOGS = re.compile(re.escape(_LAST_WORDS) + ".*", re.S)
_SHORTEST = 6  # characters: a shorter value is not a secret worth the words that would go with it

Redact = Callable[[str], str]


def redactor(values: Iterable[str]) -> Redact:
    """What takes these secret values out of a text, the longest first."""
    known = sorted({value for value in values if len(value) >= _SHORTEST}, key=len, reverse=True)

    def redact(text: str) -> str:
        for value in known:
            text = text.replace(value, REDACTED)
        return text

    return redact


def with_last_words(sentence: str, log: str) -> str:
    """The sentence, and the end of that log if there is one."""
    said = last_lines(log)
    return f"{sentence}{_LAST_WORDS}{said}" if said else sentence


def without_last_words(text: str) -> str:
    """The text without any log in it: for when it is not known which values are secret."""
    return _LOGS.sub("", text)


def last_lines(text: str, *, lines: int = 8, size: int = 600) -> str:
    """The end of a log, redacted, in whole lines; a line that is too long alone is cut at its beginning."""
    kept: list[str] = []
    room = size
    for line in reversed(redacted(text).strip().splitlines()):
        if len(kept) == lines or (kept and len(line) + 1 > room):
            break
        kept.append(line.rstrip()[-room:])
        room -= len(kept[-1]) + 1
    return "\n".join(reversed(kept))
