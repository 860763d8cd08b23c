"""What a chart can show: the characters of its font, and the values of an axis."""

import unicodedata

_LARGEST = 1e300
"""Above it differences overflow. NaN and infinities are not below it either."""


def is_drawable(value: float) -> bool:
    """Whether it can be placed on an axis."""
    return abs(value) < _LARGEST


def ascii_text(text: str) -> str:
    """In ASCII, the characters of the font: é becomes e, and other characters become escapes such as `\\u65e5`."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return "".join(letter if _known(letter) else letter.encode("unicode_escape").decode() for letter in bare)


def has_escapes(text: str) -> bool:
    """Whether `ascii_text` writes escapes for some of it."""
    bare = unicodedata.normalize("NFKD", text)
    return any(not _known(letter) and not unicodedata.combining(letter) and not letter.isspace() for letter in bare)


def _known(letter: str) -> bool:
    return letter.isascii() and letter.isprintable()
