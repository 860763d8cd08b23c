"""The text written to the bot, in a message that mentions it."""

from __future__ import annotations

import re


def said_to(content: str, *, name: str, user_id: int) -> str | None:
    """The line after the mention at the start of `content`, or else after the first mention anywhere in it.

    If nothing follows the mention, the text before it. None without a mention by name or id: the flag of
    the message then comes from a group that the bot is in. Zulip ignores the case of names.
    """
    mention = re.compile(rf"@\*\*(?:{re.escape(name)}(?:\|\d+)?|[^*|\n]+\|{user_id})\*\*[\s:,]*", re.IGNORECASE)
    first = mention.search(content)
    if first is None:
        return None
    before, after = content[: first.start()].strip(), content[first.end() :]
    while repeated := mention.match(after):
        after = after[repeated.end() :]
    return after.strip() or before
