"""Who asked: the bot signs it, the server verifies it.

The assertion is a short-lived JSON Web Token (RFC 7519, HS256), made with that one server's own bearer token and with
that server as its audience, so it is of no use to another server. It travels in a call's `_meta`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

import jwt

META_KEY = "ritsuko.dev/user"
ISSUER = "ritsuko-bot"
TTL_SECONDS = 60.0
_LEEWAY_SECONDS = 5.0


class AssertionRefused(ValueError):
    """The assertion cannot be trusted. The message says why, and never contains the assertion."""


@dataclass(frozen=True, slots=True)
class User:
    """A person in the chat: the id there (the identity), the email address and the role in the organisation."""

    id: str
    email: str
    role: str = field(default="member")


def sign(secret: str, *, user: User, server: str, now: float, ttl: float = TTL_SECONDS) -> str:
    """The assertion that `user` asked, for `server` alone; valid for `ttl` seconds from `now` (Unix seconds)."""
    claims = {
        "iss": ISSUER,
        "aud": server,
        "sub": user.id,
        "email": user.email,
        "role": user.role,
        "iat": now,
        "exp": now + ttl,
    }
    return jwt.encode(claims, _key(secret), algorithm="HS256")


def verify(token: str, *, secret: str, server: str, now: float) -> User:
    """The user in an assertion that is ours, meant for `server`, and not over; otherwise `AssertionRefused`."""
    try:
        claims = jwt.decode(
            token,
            _key(secret),
            algorithms=["HS256"],
            audience=server,
            issuer=ISSUER,
            options={"require": ["iss", "aud", "sub", "iat", "exp"], "verify_exp": False, "verify_iat": False},
        )
        user = User(id=str(claims["sub"]), email=str(claims["email"]), role=str(claims["role"]))
        issued, expires = float(claims["iat"]), float(claims["exp"])
    except jwt.InvalidAudienceError as error:
        raise AssertionRefused(f"the user assertion is not meant for the server {server!r}") from error
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
        raise AssertionRefused("the user assertion is not valid: wrong signature or shape") from error
    if now > expires + _LEEWAY_SECONDS:
        raise AssertionRefused("the user assertion has expired: compare the clocks of the bot and the server")
    if issued > now + _LEEWAY_SECONDS:
        raise AssertionRefused("the user assertion comes from the future: compare the clocks of the bot and the server")
    return user


def _key(secret: str) -> bytes:
    """The signing key: derived from the bearer token, so that neither use of it reveals the other."""
    return sha256(b"ritsuko.dev/user-assertion\0" + secret.encode()).digest()
