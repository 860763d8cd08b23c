"""Which names announce a secret, and which values cannot be one."""

from __future__ import annotations

import re

_WORD = (
    r"pass(?:word|wd|phrase|code)s?|pwd|secrets?|tokens?|credentials?|htpasswd|dockerconfigjson|dockercfg"
    r"|(?:api|access|private|secret|signing|encryption|master|auth|account|shared|client|ssh|app|application|fernet|jwt"
    r"|hmac|rsa|deploy|consumer|licen[cs]e)[-_. ]?keys?"
    r"|authorization|cookies?|session[-_.]?id|connection[-_.]?string"
)
# Short or ambiguous: only as a part of the name by itself (DB_PASS, auth; not bypass, oauth2).
_PART = r"pass|auth|dsn|pat"
_BEFORE_PART = r"(?-i:(?<![A-Za-z0-9])|(?<=[a-z0-9])(?=[A-Z]))"
SENSITIVE = re.compile(rf"{_WORD}|{_BEFORE_PART}(?:{_PART})(?-i:(?![a-z]))", re.IGNORECASE)
# Names that speak about a secret without holding it: secretName, tokenExpirationSeconds, PASSWORD_FILE.
_ABOUT = re.compile(
    r"(?:names?|refs?|references?|files?|paths?|dirs?|seconds|minutes|hours|days|ttl|expir(?:y|ation|es|ed|ing)|timeouts?"
    r"|urls?|uris?|endpoints?|types?|kinds?|enabled|disabled|required|count|total|length|size|limit|max|min|mounts?|version"
    r"|policy|namespace|provider|issuer|audiences?|selector|class|keyref|reviews?|requests?|status|service|controller)$",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"(?:true|false|null|none|nil|yes|no|\d{1,2}|<[^<>]*>|\[redacted-[^\]]*\],?|\*+|)$", re.IGNORECASE
)


def is_sensitive_name(name: str) -> bool:
    """Whether what stands under this name (of a variable, key, header, option) is to be hidden."""
    tail = name[-128:]
    return SENSITIVE.search(tail) is not None and _ABOUT.search(tail) is None


def is_harmless(value: str) -> bool:
    """Whether a value cannot be a secret: a boolean, nothing, a small number, a mark of ours."""
    return _HARMLESS.match(value.strip()) is not None
