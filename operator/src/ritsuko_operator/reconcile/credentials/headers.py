"""The headers of remote servers: their values stand in users' Secrets, and are copied to where the bot finds them."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ritsuko_api.sidecar import McpSidecar
from ritsuko_operator.reconcile.cluster import Object
from ritsuko_operator.reconcile.objects import mapping_at
from ritsuko_operator.render.headers import key


class HeaderSource(NamedTuple):
    """Where the value of one header comes from."""

    server: str
    header: str
    secret: str
    key: str


def sources(sidecars: Iterable[McpSidecar]) -> list[HeaderSource]:
    return [
        HeaderSource(
            sidecar.metadata.name,
            header.name,
            header.value_from.secret_key_ref.name,
            header.value_from.secret_key_ref.key,
        )
        for sidecar in sidecars
        for header in sidecar.spec.headers
    ]


def values(desired: Sequence[HeaderSource], secrets: Mapping[str, Object | None]) -> dict[str, str]:
    """The values that are there, by the key that each gets in the bot's own Secret."""
    found = {(one.server, one.header): _value(one, secrets) for one in desired}
    return {key(server, header): value for (server, header), value in found.items() if value}


def missing(desired: Sequence[HeaderSource], secrets: Mapping[str, Object | None], namespace: str) -> dict[str, str]:
    """By server, which headers have no value and what to do."""
    found: dict[str, str] = {}
    for one in desired:
        if secrets.get(one.secret) is None:
            why = f"Secret {one.secret} not found: create it in namespace {namespace} with the key {one.key}"
        elif not _value(one, secrets):
            why = f"Secret {one.secret} has no key {one.key}, or its value is not a single line of text: correct it"
        else:
            continue
        told = f"header {one.header} has no value: {why}"
        found[one.server] = f"{found[one.server]}; {told}" if one.server in found else told
    return found


def _value(source: HeaderSource, secrets: Mapping[str, Object | None]) -> str | None:
    """The value, without the line break that so many files end in; None if there is none that a header can have."""
    encoded = mapping_at(secrets.get(source.secret) or {}, "data").get(source.key, "")
    try:
        value = base64.b64decode(encoded).decode().strip()
    except ValueError:
        return None
    return value if value.isprintable() and value else None
