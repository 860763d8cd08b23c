"""Cursors: opaque to callers, checked like any other hostile input when they come back."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from ritsuko_mcp_common.errors import ToolFailure

_LONGEST = 8_192

PositionT = TypeVar("PositionT", bound=BaseModel)


def encode(position: BaseModel, question: JsonValue) -> str:
    """A cursor for `position` in the answer to `question` (whatever must not change between two pages)."""
    body = json.dumps([_fingerprint(question), position.model_dump(mode="json", exclude_defaults=True)])
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def decode(cursor: str, position: type[PositionT], question: JsonValue) -> PositionT:
    """The position in a cursor made by `encode` for the same question; anything else is a `ToolFailure`.

    A cursor grants nothing that its question does not: it is validated, not secret, so it survives restarts.
    """
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("too long")
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        fingerprint, fields = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        decoded = position.model_validate(fields)
    except (ValueError, TypeError, RecursionError, binascii.Error, ValidationError) as error:
        raise ToolFailure("the cursor is not valid", "Omit cursor to start over.") from error
    if fingerprint != _fingerprint(question):
        raise ToolFailure(
            "the cursor belongs to a different call",
            "Repeat the original call with the same arguments, or omit cursor to start over.",
        )
    return decoded


def _fingerprint(question: JsonValue) -> str:
    return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()[:12]
