"""Which values cannot be a secret, which are prose, and which look like a secret wherever they stand."""

from __future__ import annotations

import re

_STATUS = """
    ok okay valid invalid missing expired expiring required optional enabled disabled unset set empty present
    absent provided given unknown denied failed failure success successful succeeded error incorrect wrong
    mismatch mismatched changed updated created deleted removed rotated revoked rejected refused accepted used
    unused loaded found skipped ignored unavailable available pending unauthorized unauthorised
    unauthenticated forbidden anonymous supported unsupported configured unconfigured hidden masked redacted
    filtered encrypted protected deprecated unspecified bad malformed matched passed needed verified
    unverified refreshed renewed regenerated generated issued injected mounted done ready running waiting
    started stopped retrying
"""
_METHODS = """
    oidc basic bearer ldap ldaps saml kerberos gssapi ntlm negotiate digest jwt oauth oauth2 rbac abac node
    webhook plain login md5 scram-sha-256 scram-sha-1 scram-sha-512 cram-md5 peer trust ident cert mtls tls
    x509 iam sasl token password key publickey keyboard-interactive pam radius static local internal external
    remote proxy github gitlab google azure okta keycloak dex cognito auth0 alwaysallow alwaysdeny header
    cookie apikey api_key api-key sso mfa 2fa approle kubernetes aws gcp userpass none default
    aws4-hmac-sha256
"""
# Words with which an explanation goes on after `token:`, and which are nobody's password.
_FUNCTION = """
    a an the is are was were be been being must should shall can cannot can't could couldn't would will won't
    may might not no non neither nor or and but if when while because since until unless for from to in into
    of on onto at by with without within via using use uses as than that this these those it its there here
    too also only already still yet has have had having does doesn't do don't did didn't isn't wasn't aren't
    unable failed failing denied expected unexpected found needs need requires expires after before during
    between against about please see permission access authentication authorization unsupported contains
"""
_OPENERS = """
    permission access authentication unable cannot could failed failure error invalid missing expired no not
    must should using use used is was are were has have will would can may the a an this that it there please
    see requires required expected unexpected unknown unsupported unauthorized forbidden denied incorrect
    wrong malformed neither none version if when while for from with without only too already still checking
    reading loading fetching waiting skipping trying rotating renewing refreshing verifying validating
    creating updating deleting signature connection context request
"""
_INTRODUCING = frozenset(["is", "was", "now", "set", "to", "changed", "value", "using", "use", "the"])
_KNOWN = frozenset(_STATUS.split()) | frozenset(_OPENERS.split())
_METHOD_WORDS = frozenset(_METHODS.split())
_FUNCTION_WORDS = frozenset(_FUNCTION.split())
_HARMLESS_WORDS = frozenset(_STATUS.split()) | frozenset(
    ["true", "false", "null", "none", "nil", "yes", "no", "on", "off", "undefined"]
)
_HARMLESS = re.compile(
    r"(?:n/a|\d{1,2}|\d{1,7}(?:\.\d+)?(?:[nuµm]?s|m|h|d|w|%|[kmgt]i?b?)"
    r"|<[^<>]*>|[({\"'\[]*\[redacted-[^\]]*\](?:[\\)}\]>,;.\"'`]*|[;&]\w.*)|[\[(](?:redacted|filtered|masked|hidden|removed|omitted|secret|sensitive"
    r"|none|empty|unset|null)[\])]|\(sensitive value\)|x{3,}|[^\w\s$]{1,3}|[*•.…-]+"
    # references
    r"|\$\{[\w.]*\}|\$\([^()]*\)|\$\$?[A-Z_][A-Z0-9_]*|\{\{[^{}]*\}\}|%\(\w+\)s|%[a-z]|%\w+%|(?:process|os)\.env\S*"
    r"|(?:op|ref\+\w+|vault|awssm|gcpsm|akv|sops|secretref|keyvault|ssm|env|file)://?[\w./#@:-]*|arn:aws[\w-]*:[\w/+=,.@:-]*"
    r"|vault:[\w/-]+#[\w-]+"
    # paths
    r"|/(?:etc|run|var|home|opt|tmp|usr|mnt|secrets?|root|srv|proc|app|data|vault|config|certs?|ssl|keys?|dev|users"
    r"|workspace|private)(?:/[\w.@-]+)+/?|\.{0,2}(?:/[\w-]+)*/[\w-]+\.(?:ya?ml|json|txt|key|pem|crt|conf|env|properties|jks)"
    # dates and parts of a whole
    r"|\d{4}-\d\d-\d\d(?:[t ][\d:.]+(?:z|[+-]\d\d:?\d\d)?)?|\d{1,4}/\d{1,4}"
    # security identifiers of Windows
    r"|s-1-[\d-]+"
    r")",
    re.IGNORECASE,
)
# Words of sentences: longer runs of letters are values.
_PLAIN = re.compile(r"[A-Za-z]{1,16}(?:['’-][A-Za-z]{1,16}){0,3}[,.;:!?)]*$")
_PLAIN_WORD = re.compile(r"[A-Z]?[a-z]{1,16}(?:[-_][a-z]{1,16}){0,3}[.,:;!?)]?$")
_OBJECT = re.compile(
    r"[a-z]+(?:-[a-z0-9]{1,10})*/[a-z]+(?:[-.][a-z0-9]{1,10})*"
    r"|(?=(?:[a-z0-9]+-)*(?:secrets?|tokens?|tls|certs?|credentials?|creds|keys?|auth|config|registry|pull|db)(?:-|$))"
    r"[a-z]+(?:-[a-z]{1,20})+"
)
_TAIL = ",;.)]}>\"'`"
_NO_SECRET = re.compile(
    r"(?-i:[a-z0-9]+(?:[-.][a-z0-9]+)+)|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|v?\d+(?:\.\d+)+\S*|\d{4}-\d\d-\d\d\S*|[\d.:]+"
    r"|(?:sha\d*|md5|hmac|aes|rsa|[hrep]s\d{3}|pbkdf2|bcrypt|argon2|scrypt|utf|iso|x509|base64|ed25519|ecdsa|oauth2)\S*"
    r"|\w+=.*|(?-i:[a-z0-9._-]*(?:/[a-z0-9._-]*)+)|[a-z._-]*(?:/[a-z._-]*)+|[a-z]+://.*|[\w.-]+:\d+(?:/.*)?|\[redacted-.*|[a-z]+(?:\.[a-z]\w*)+\S*|\S*\(\)",
    re.IGNORECASE,
)
_HEX = re.compile(r"[0-9a-fA-F]+")


def is_harmless(value: str) -> bool:
    """Whether a value cannot be a secret: a boolean, nothing, a small number, a status, a reference, a mark of ours."""
    value = value.strip()
    if not value or len(value) > 512:
        return not value
    bare = value.rstrip(_TAIL)
    if bare.isalpha():
        return bare.lower() in _HARMLESS_WORDS or (bare[0] in "xX" and _HARMLESS.fullmatch(bare) is not None)
    return _HARMLESS.fullmatch(value) is not None or _HARMLESS.fullmatch(bare) is not None


def is_method(value: str) -> bool:
    """Whether a value names ways of logging in, as in `auth=oidc` and `authorization: Node,RBAC`."""
    return all(part.strip(_TAIL + "[{( ") in _METHOD_WORDS for part in value[:200].lower().split(","))


def is_object(value: str) -> bool:
    """Whether a value under `secret` is the name of a Secret: shop/db, web-tls."""
    return _OBJECT.fullmatch(value.strip(_TAIL)) is not None


def is_plain_word(value: str) -> bool:
    """Whether a value is a word such as people write in sentences."""
    return _PLAIN_WORD.match(value) is not None


def is_prose(rest: str) -> bool:
    """Whether what follows `password: ` on its line is a sentence about it rather than the value."""
    words = rest[:200].split()[:12]
    if len(words) < 2 or not _PLAIN.match(words[0]):
        return False
    first = words[0].rstrip(_TAIL + ":!?").lower()
    if first in _INTRODUCING and looks_secret(words[1]):
        return False
    if first in _KNOWN:
        return True
    return any(word.rstrip(_TAIL + ":!?").lower() in _FUNCTION_WORDS for word in words[1:])


def looks_secret(value: str) -> bool:
    """Whether a word looks like a secret by itself: letters and digits in one, and no name, number, time or path."""
    value = value.strip(_TAIL + "[({<")
    return (
        len(value) >= 8
        and any(map(str.isalpha, value))
        and any(map(str.isdigit, value))
        and _NO_SECRET.fullmatch(value) is None
        and (_HEX.fullmatch(value) is None or len(value) >= 24)
    )
