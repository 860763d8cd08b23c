"""Who is asking: HTTP Basic with an address and an API key, nothing else."""

from __future__ import annotations

import base64
import binascii
import re

from starlette.requests import Request

from tests.zulip.errors import ApiError, unauthorized
from tests.zulip.world import INCOMING_WEBHOOK, User, World


def authenticate(world: World, request: Request, *, webhooks_welcome: bool) -> User | None:
    """The user whose key the request carries; None without one. A wrong one is a 401, a foreign scheme a 400."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, credentials = header.strip().partition(" ")
    if scheme.lower() != "basic":
        raise ApiError("This endpoint requires HTTP basic authentication.")
    try:
        email, colon, key = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise unauthorized("Invalid authorization header for basic auth") from None
    if not colon:
        raise unauthorized("Invalid authorization header for basic auth")
    if not re.fullmatch(r"[A-Za-z0-9]{32}", key):
        raise unauthorized("Malformed API key")
    user = world.user_by_email(email)
    if user is None or user.api_key != key:
        raise unauthorized("Invalid API key")
    if not user.active:
        raise unauthorized("Account is deactivated")
    if user.bot_type == INCOMING_WEBHOOK and not webhooks_welcome:
        raise unauthorized("This API is not available to incoming webhook bots.")
    return user


def not_logged_in() -> ApiError:
    return unauthorized("Not logged in: API authentication or user session required")
