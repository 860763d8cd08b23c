"""Emoji by name and by code: a few hundred of Zulip's own names (`check`, never `white_check_mark`), in emoji.txt."""

from __future__ import annotations

from pathlib import Path

from tests.zulip.errors import ApiError

_ROWS = [line.split() for line in (Path(__file__).parent / "emoji.txt").read_text().splitlines() if line.strip()]
CODES: dict[str, str] = {name: code for code, *names in _ROWS for name in names}
NAMES: dict[str, str] = {
    "".join(chr(int(part, 16)) for part in code.split("-")): names[0]
    for code, *names in _ROWS
    if not code[:2].isdigit() or len(code) > 2
}
"""The character itself to its first name."""
EXTRA = {"zulip": "zulip"}


def identify(name: str | None, code: str | None, kind: str | None) -> tuple[str, str]:
    """(code, reaction type) of what a client named. A code it gives wins over the name."""
    if name is not None and name in EXTRA:
        return code or EXTRA[name], kind or "zulip_extra_emoji"
    if code is not None:
        return code, kind or "unicode_emoji"
    if name is None or name not in CODES:
        raise ApiError(f"Emoji '{name}' does not exist")
    return CODES[name], kind or "unicode_emoji"
