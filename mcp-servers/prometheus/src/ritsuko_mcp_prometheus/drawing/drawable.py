"""What a picture can show: letters that its font has, and values that an axis holds."""

import unicodedata

_LARGEST = 1e300
"""Beyond it differences overflow. NaN and infinities are not below it either."""


def is_drawable(value: float) -> bool:
    """Whether it has a place on an axis."""
    return abs(value) < _LARGEST


def ascii_text(text: str) -> str:
    """In ASCII, which is what the font has: é becomes e, and what has no such likeness its number, `\\u65e5`."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return "".join(letter if _known(letter) else letter.encode("unicode_escape").decode() for letter in bare)


def has_escapes(text: str) -> bool:
    """Whether `ascii_text` writes some of it as numbers."""
    bare = unicodedata.normalize("NFKD", text)
    return any(not _known(letter) and not unicodedata.combining(letter) and not letter.isspace() for letter in bare)


def _known(letter: str) -> bool:
    return letter.isascii() and letter.isprintable()
