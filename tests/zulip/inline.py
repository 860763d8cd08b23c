"""Inline markup of a message: emphasis, code, links, mentions, channels, emoji, times.

Nothing from the text reaches the HTML unescaped, and links lead only to http(s), mailto or paths of this server.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from tests.zulip.emoji import CODES, NAMES
from tests.zulip.world import Group, User, World

CHANNEL_WILDCARDS = {"all", "everyone", "stream", "channel"}
IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")

TOKEN = re.compile(
    r"(?P<code>(?P<ticks>`+)(?P<code_text>.+?)(?<!`)(?P=ticks)(?!`))"
    r"|(?P<mention>(?<![^\s'\"({\[/<])@(?P<silent>_?)\*\*(?P<name>[^*\n]+)\*\*)"
    r"|(?P<group>(?<![^\s'\"({\[/<])@(?P<group_silent>_?)\*(?P<group_name>[^*\n]+)\*)"
    r"|(?P<channel>#\*\*(?P<channel_name>[^*>\n]+)(?:>(?P<topic>[^*\n]+))?\*\*)"
    r"|(?P<link>!?\[(?P<link_text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<link_url>[^\s()]*(?:\([^\s()]*\)[^\s()]*)*)\))"
    r"|(?P<time><time:(?P<time_text>[^>\n]+)>)"
    r"|(?P<url>\bhttps?://[^\s<>\"'`*]+[^\s<>\"'`*.,;:!?)\]])"
    r"|(?P<bold>\*\*(?P<bold_text>[^*\n](?:[^*]|\*(?!\*))*?)\*\*)"
    r"|(?P<italic>(?<![*\w])\*(?P<italic_text>[^*\s](?:[^*\n]*[^*\s])?)\*(?!\*))"
    r"|(?P<strike>~~(?P<strike_text>[^~\n]+)~~)"
    r"|(?P<emoji>:(?P<emoji_name>[\w+-]+):)"
    r"|(?P<line>\n)",
    re.DOTALL,
)


@dataclass
class Mentions:
    """Who a text pings. Silent mentions, quotes and code leave no trace here."""

    users: set[int] = field(default_factory=set)
    groups: set[int] = field(default_factory=set)
    channel_wildcard: bool = False
    topic_wildcard: bool = False


class Inline:
    def __init__(self, world: World, mentions: Mentions) -> None:
        self._world = world
        self._mentions = mentions
        self.images: list[tuple[str, str]] = []
        """Links to pictures (target, title) seen since the last paragraph ended."""

    def render(self, text: str, *, silent: bool = False) -> str:
        parts: list[str] = []
        position = 0
        for match in TOKEN.finditer(text):
            parts.append(_plain(text[position : match.start()]))
            parts.append(self._token(match, silent))
            position = match.end()
        parts.append(_plain(text[position:]))
        return "".join(parts)

    def _token(self, match: re.Match[str], silent: bool) -> str:
        kind = next(kind for kind in _KINDS if match[kind] is not None)
        text = match.group(0)
        if kind == "code":
            return f"<code>{escape(match['code_text'].strip(), quote=False)}</code>"
        if kind == "mention":
            return self._mention(match["name"], silent or bool(match["silent"])) or "@" + self.render(text.lstrip("@"))
        if kind == "group":
            return self._group(match["group_name"], silent or bool(match["group_silent"])) or _plain(text)
        if kind == "channel":
            return self._channel(match["channel_name"], match["topic"]) or _plain(text)
        if kind == "link":
            return self._link(match["link_text"], match["link_url"], silent) or _plain(text)
        if kind == "time":
            moment = escape(match["time_text"])
            return f'<time datetime="{moment}">{moment}</time>'
        if kind == "url":
            return self._anchor(text, escape(text, quote=False))
        if kind == "emoji":
            return _emoji(match["emoji_name"]) or _plain(text)
        if kind == "line":
            return "<br>\n"
        tag, inner = {
            "bold": ("strong", "bold_text"),
            "italic": ("em", "italic_text"),
            "strike": ("del", "strike_text"),
        }[kind]
        return f"<{tag}>{self.render(match[inner], silent=silent)}</{tag}>"

    def _mention(self, name: str, silent: bool) -> str | None:
        at = "" if silent else "@"
        if name in CHANNEL_WILDCARDS:
            self._mentions.channel_wildcard |= not silent
            classes = "user-mention channel-wildcard-mention" + (" silent" if silent else "")
            return f'<span class="{classes}" data-user-id="*">{at}{name}</span>'
        if name == "topic":
            self._mentions.topic_wildcard |= not silent
            return f'<span class="topic-mention{" silent" if silent else ""}">{at}topic</span>'
        user = self._user(name)
        if user is None:
            return None
        if not silent:
            self._mentions.users.add(user.id)
        classes = "user-mention silent" if silent else "user-mention"
        return f'<span class="{classes}" data-user-id="{user.id}">{at}{escape(user.full_name, quote=False)}</span>'

    def _user(self, name: str) -> User | None:
        full_name, bar, number = name.rpartition("|")
        if bar and number.isdecimal():
            user = self._world.users.get(int(number))
            return user if user and full_name in ("", user.full_name) else None
        wanted = name.casefold()
        people = (u for u in self._world.users.values() if u.full_name.casefold() == wanted and not u.system)
        return next(people, None)

    def _group(self, name: str, silent: bool) -> str | None:
        group: Group | None = next(
            (g for g in self._world.groups.values() if g.name.casefold() == name.casefold() and not g.system), None
        )
        if group is None:
            return None
        if not silent:
            self._mentions.groups.add(group.id)
            self._mentions.users.update(group.members)
        classes = "user-group-mention silent" if silent else "user-group-mention"
        at = "" if silent else "@"
        return f'<span class="{classes}" data-user-group-id="{group.id}">{at}{escape(group.name, quote=False)}</span>'

    def _channel(self, name: str, topic: str | None) -> str | None:
        channel = self._world.channel_by_name(name)
        if channel is None:
            return None
        address = f"/#narrow/stream/{channel.id}-{_slug(channel.name)}"
        label = "#" + escape(channel.name, quote=False)
        if topic is None:
            return f'<a class="stream" data-stream-id="{channel.id}" href="{address}">{label}</a>'
        return (
            f'<a class="stream-topic" data-stream-id="{channel.id}" href="{address}/topic/{_slug(topic)}">'
            f"{label} &gt; {escape(topic, quote=False)}</a>"
        )

    def _link(self, text: str, url: str, silent: bool) -> str | None:
        if not re.match(r"(https?://|mailto:|/|#)", url):
            return None
        if url.partition("?")[0].lower().endswith(IMAGE_SUFFIXES):
            self.images.append((url, text or url.rpartition("/")[2]))
        return self._anchor(url, self.render(text, silent=silent) or escape(url, quote=False))

    @staticmethod
    def _anchor(url: str, label: str) -> str:
        return f'<a href="{escape(url)}">{label}</a>'


_KINDS = (
    "code",
    "mention",
    "group",
    "channel",
    "link",
    "time",
    "url",
    "bold",
    "italic",
    "strike",
    "emoji",
    "line",
)
_UNICODE = re.compile("|".join(sorted((re.escape(character) for character in NAMES), key=len, reverse=True)))


def _plain(text: str) -> str:
    return _UNICODE.sub(lambda match: _emoji(NAMES[match.group(0)]) or "", escape(text, quote=False))


def _emoji(name: str) -> str | None:
    code = CODES.get(name)
    if code is None:
        return None
    title = name.replace("_", " ")
    return f'<span aria-label="{title}" class="emoji emoji-{code}" role="img" title="{title}">:{name}:</span>'


def _slug(name: str) -> str:
    """Zulip's hash encoding: percent signs become dots."""
    return quote(name.replace(" ", "-"), safe="-").replace(".", "%2E").replace("%", ".")
