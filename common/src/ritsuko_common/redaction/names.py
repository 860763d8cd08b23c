"""Which names announce a secret."""

from __future__ import annotations

import re
from functools import lru_cache

from ritsuko_common.redaction.alternatives import by_first_letter
from ritsuko_common.redaction.encodings import visible

_KEYS = """
    api access private secret signing encryption decryption master auth account shared client ssh app
    application fernet jwt hmac rsa deploy consumer license licence subscription admin write ingestion
    integration unseal recovery session crypto cipher aes tls ssl vapid wireguard preshared pre-shared root
"""
# Before `pass` without a separator: not in `bypass`, `compass`.
_PASSES = """
    store key trust sudo become ssh require user root db smtp admin login enable bind ldap mysql redis http
    https proxy
"""
# In any part of a name.
_WORDS = (
    r"pass(?:word|wd|phrase|code)s?",
    "pass[-_ ]phrase",
    "pwd",
    r"secrets?",
    r"tokens?",
    r"credentials?",
    "htpasswd",
    "dockerconfigjson",
    "dockercfg",
    "authorization",
    r"cookies?",
    r"sess(?:ion)?[-_.]?id",
    "connection[-_.]?string",
    "conn[-_.]?str",
    "bind[-_.]?pw",
    "root[-_.]?pw",
    "shared[-_. ]?access[-_. ]?signature",
    "masterauth",
    "mnemonic",
    "seed[-_ ]phrase",
    *(f"{name}[-_. ]?keys?" for name in _KEYS.split()),
    "shared[-_. ]?access[-_. ]?key",
    *(f"{name}pass" for name in _PASSES.split()),
    # in other languages
    "passwort",
    "kennwort",
    "contrase[ñn]a",
    "senha",
    "mot[-_ ]de[-_ ]passe",
    "пароль",
    "密码",
    "密碼",
    "パスワード",
    "비밀번호",
)
# Short or ambiguous: only as a part of the name by itself (DB_PASS, auth; not bypass, oauth2).
_PARTS = (
    "pass",
    "auth",
    "dsn",
    "pat",
    "pw",
    "creds?",
    "jwt",
    "sid",
    "otp",
    "totp",
    "pin",
    "psk",
    "cvv",
    "bearer",
    "csrf",
)
_ANY_WORD = "|".join(_WORDS)
_ANY_PART = "|".join(_PARTS)
_BEFORE_PART = r"(?-i:(?<![A-Za-z0-9])|(?<=[a-z0-9])(?=[A-Z]))"
_SENSITIVE = re.compile(rf"{_ANY_WORD}|{_BEFORE_PART}(?:{_ANY_PART})(?-i:(?![a-z]))", re.IGNORECASE)
# Where a sensitive name may stand in a text in lower case; `is_sensitive_name` decides.
CANDIDATE = re.compile(by_first_letter([*_WORDS, *(f"{part}(?![a-z])" for part in _PARTS)]))
# Names that speak about a secret without holding it: secretName, tokenExpirationSeconds, PASSWORD_FILE.
_ABOUT = re.compile(
    r"(?:names?|refs?|references?|files?|paths?|dirs?|director(?:y|ies)|folder|seconds|minutes|hours|days|[-_.]ms|millis"
    r"|ttl|age|expir(?:y|ation|es|ed|ing|es[-_]?(?:at|in))|timeouts?|urls?|uris?|endpoints?|types?|kinds?|enabled|disabled"
    r"|required|count(?:er)?|total|length|len|size|limits?|max|min|mounts?|version|polic(?:y|ies)|namespaces?|providers?"
    r"|issuers?|audiences?|selector|class|keyref|reviews?|requests?|status|state|service|controller|operator|manager"
    r"|driver|store|backend|engine|plugin|webhook|methods?|modes?|mechanisms?|schemes?|strateg(?:y|ies)|level|realm"
    r"|results?|[-_.]used|errors?|failures?|failed|attempts?|retries|reasons?|messages?|rotation|rotated|lifetime|format|sources?"
    r"|cache|arn|domain|secure|same[-_]?site|http[-_]?only|users?|user[-_]?name|latency|duration|rate|ratio|process"
    r"|strength|valid|stdin|prompt|hint|help|label|description|usage|usages|scopes?|algorithms?|alg|ca|cert"
    r"|(?<!secret)(?<!session)(?<!sess)[-_.](?:id|at|on|in|by|per[-_]second)|(?-i:(?<!ecret)(?<!ession)Id|At)|keyid"
    r"|(?<=key)[-_.]?id|per[-_.]?(?:second|minute|hour|day|request)|pub(?:lic)?)$",
    re.IGNORECASE,
)
_BENIGN = re.compile(
    r"tokeni[sz]\w*|token[-_. ]?bucket|secretar\w*|passwordless|secretless|tokenless|secretsmanager"
    r"|authorization\.k8s\.io|authentication\.k8s\.io|max[-_]pin|min[-_]pin",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"(?:tokens|secrets|passwords|credentials|keys|cookies)(?:[-_. ](?:used|left|remaining|total))?$", re.I
)
_OBJECT = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+$")
_ENDS_SENSITIVE = re.compile(
    rf"(?:{_ANY_WORD}|(?<![a-z])(?:{_ANY_PART}))"
    r"(?:[-_.]?(?:\d{1,3}|old|new|prev|previous|current|prod|dev|test|staging|base|value|data|raw|b64|base64|hash|string"
    r"|text|plain|primary|secondary))*$"
)
_HOLDS_A_METHOD = re.compile(r"auth(?:orization)?$", re.IGNORECASE)
_LONGEST = 128


def is_sensitive_name(name: str) -> bool:
    """Whether what stands under this name (of a variable, key, header, option) is to be hidden."""
    return _is_sensitive(name[-_LONGEST:])


@lru_cache(maxsize=2_000)
def _is_sensitive(tail: str) -> bool:
    if not tail.isascii():
        tail = visible(tail)
    found = _SENSITIVE.search(tail)
    if found is None or _ABOUT.search(tail) is not None:
        return False
    return _BENIGN.search(tail) is None or _SENSITIVE.search(_BENIGN.sub("", tail)) is not None


def is_object_name(name: str) -> bool:
    """Whether it names an object rather than a secret: token-issuer, web-token-x7k2p; not api-token, db-password."""
    return _OBJECT.match(name) is not None and _ENDS_SENSITIVE.search(name) is None


def may_name_an_object(name: str) -> bool:
    """Whether a value under this name may be the name of a Secret."""
    return name.lower() in ("secret", "secrets")


def is_counted(name: str) -> bool:
    """Whether a number under this name is a count: max_tokens, secrets."""
    return _COUNTED.search(name) is not None


def may_hold_a_method(name: str) -> bool:
    """Whether the name is also used for the way of logging in: auth, authorization."""
    return _HOLDS_A_METHOD.search(name) is not None
