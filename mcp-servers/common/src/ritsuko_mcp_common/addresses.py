"""An address without the secrets that it carries, and still one that opens: parameter by parameter.

What is percent-encoded is read as the text that it is. Where nothing was redacted, the address stays as it was.
"""

from __future__ import annotations

import re
from typing import cast
from urllib.parse import quote, unquote

from ritsuko_common.redaction.redactor import Redaction

# Passwords there are with ? and # in them, though a browser would not take them.
_LOGIN = r"(?:[A-Za-z][\w+.-]*://[^\s/:@?#]*:(?!\d{1,5}[/?#])\S*@)?"
_PARTS = re.compile(rf"(?P<place>{_LOGIN}[^?#]*)(?P<query>\?[^#]*)?(?P<fragment>#.*)?", re.DOTALL)
# Legal in a parameter's value, and they end none: https://datatracker.ietf.org/doc/html/rfc3986#section-3.4
_IN_A_VALUE = "/:?="
_IN_A_PLACE = "/:@"


def redacted_address(url: str, redaction: Redaction) -> str:
    """The address with every secret in it replaced by a mark, and counted."""
    parts = _PARTS.fullmatch(url)
    assert parts is not None  # It takes every text.
    tail = "".join(
        part[0] + "&".join(_parameter(pair, redaction) for pair in part[1:].split("&"))
        for part in (parts["query"], parts["fragment"])
        if part
    )
    return _redacted(parts["place"], redaction, _IN_A_PLACE) + tail


def _parameter(pair: str, redaction: Redaction) -> str:
    written_name, separator, written = pair.partition("=")
    if not separator:
        return _redacted(pair, redaction, _IN_A_VALUE)
    name, value = unquote(written_name), unquote(written)
    named = cast("dict[str, str]", redaction.value({name: value}))
    ((cleaned_name, cleaned),) = named.items()
    if cleaned == value:
        # Some are known only by being a parameter, as signatures are.
        begun = f"?{name}="
        cleaned = cast(str, redaction.value(f"{begun}{value}")).removeprefix(begun)
    if (cleaned_name, cleaned) == (name, value):
        return pair
    return f"{quote(cleaned_name, safe='')}={quote(cleaned, safe=_IN_A_VALUE)}"


def _redacted(text: str, redaction: Redaction, safe: str) -> str:
    plain = unquote(text)
    cleaned = cast(str, redaction.value(plain))
    return text if cleaned == plain else quote(cleaned, safe=safe)
