"""How Zulip reads a message, as far as code goes: what lies outside of code, where things could take effect.

Follows zulip/lib/markdown: fenced blocks close only at a line that is the fence itself; spoilers hold further blocks;
inline code is a run of backticks, closed by a run of the same length, unless a backslash stands before it.
"""

from __future__ import annotations

import re

_FENCE = re.compile(r"^(?P<fence>`{3,}|~{3,})[ ]*(?P<kind>[\w+./#-]*)(?P<header>[^`~]*)$")
_CODE = re.compile(r"(?<!\\)(`+)(.+?)(?<!`)\1(?!`)", re.DOTALL)


class Unbalanced(AssertionError):
    """A fence is still open at the end of the message: it would swallow what others write."""


def outside_code(message: str) -> str:
    """The text of a message that is not code. Raises `Unbalanced` for an open fence."""
    kept: list[str] = []
    fences: list[tuple[str, bool]] = []
    for line in message.split("\n"):
        if fences and line.rstrip() == fences[-1][0]:
            fences.pop()
            continue
        if fences and not fences[-1][1]:
            continue
        match = _FENCE.match(line)
        if match:
            spoiler = match["kind"] == "spoiler"
            fences.append((match["fence"], spoiler))
            kept.append(match["header"] if spoiler else "")
            continue
        kept.append(line)
    if fences:
        raise Unbalanced(message)
    return _CODE.sub("", "\n".join(kept))


_EFFECTS = [
    (r"@_?\*|@(all|everyone|channel|topic|stream)\b", "mentions"),
    (r"#\*\*|#\d", "stream links and linkifiers"),
    (r"\]\(|\]\[", "links"),
    (r"https?://|www\.|mailto:", "automatic links"),
    (r"!\w*\(", "avatars"),
    (r"<time:|<", "time and HTML"),
    (r"\$\$", "LaTeX"),
    (r"`|~~~", "code that is not closed"),
    (r"(?m)^/(me|poll|todo)\b", "commands"),
    (r"(?m)^(>|#{1,6} )", "quotes and headings"),
]


def effects(message: str) -> list[str]:
    """What of a message would take effect in chat beyond showing text."""
    text = outside_code(message)
    return [f"{name}: {match[0]!r}" for pattern, name in _EFFECTS if (match := re.search(pattern, text))]
