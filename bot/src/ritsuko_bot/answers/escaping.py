"""Text from others, escaped for Zulip's Markdown.

Zulip has no escape character for all of its syntax (mentions, stream links, linkifiers, emoji, LaTeX, autolinks), but
nothing is interpreted inside a code span. So whatever could mean something is shown as code, and the rest is plain.
"""

from __future__ import annotations

import re

from ritsuko_bot.answers.layout import one_line

_MEANINGFUL = re.compile(r"[`*_~\[\]<>@#$|\\]|!\w*\(|://|www\.|mailto:|\w\.[^\W\d_]{2,}", re.IGNORECASE)
# At the start of a line or message: commands (/poll), quotes, lists.
_MEANINGFUL_FIRST = re.compile(r"[/>+-]|\d+[.)]$")
_LONGEST = 1_000


def code_span(text: str) -> str:
    """`text` as inline code, on one line, whatever is in it."""
    flat = _shortened(one_line(text).replace("⏎", " "))
    if not flat.strip():
        return "` `"
    longest = max((len(run) for run in re.findall("`+", flat)), default=0)
    if longest == 0:
        return f"`{flat}`"
    fence = "`" * (longest + 1)
    return f"{fence} {flat} {fence}"


def escaped(text: str) -> str:
    """`text` as plain words on one line; words that could be markup, a link or a mention become code."""
    shown: list[str] = []
    meaningful: list[str] = []
    for position, word in enumerate(_shortened(one_line(text).replace("⏎", " ")).split()):
        if _MEANINGFUL.search(word) or (position == 0 and _MEANINGFUL_FIRST.match(word)):
            meaningful.append(word)
            continue
        if meaningful:
            shown.append(_set_off(" ".join(meaningful)))
            meaningful = []
        shown.append(word)
    if meaningful:
        shown.append(_set_off(" ".join(meaningful)))
    return " ".join(shown)


def _set_off(text: str) -> str:
    """As code, but for the sentence's own punctuation around it."""
    core = text.rstrip(".,;:?!)\"'")
    tail = text[len(core) :]
    # A bracket that opened inside closes inside.
    while tail.startswith(")") and core.count("(") > core.count(")"):
        core, tail = core + ")", tail[1:]
    return code_span(core) + tail if core else code_span(text)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"
