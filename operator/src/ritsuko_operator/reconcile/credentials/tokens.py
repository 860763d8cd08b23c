"""The bearer tokens by which a bot proves itself to its servers: how they come, are rotated and go.

Each server's token has generations, kept side by side in the bot's own Secret under `<server>.<generation>`. A pod
template names one generation for the server and for the bot, so every pod agrees with itself: while pods turn over, the
old ones continue with the old generation and the new ones start with the new. A generation goes when nothing names it
any more. What else is known of the tokens is in the Secret's annotations.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, TypeAdapter, ValidationError

from ritsuko_common.rfc3339 import format_rfc3339, parse_rfc3339_if_any
from ritsuko_operator.reconcile import times
from ritsuko_operator.reconcile.cluster import Object
from ritsuko_operator.reconcile.objects import mapping_at
from ritsuko_operator.reconcile.pods import rollout
from ritsuko_operator.reconcile.pods.observation import Observation
from ritsuko_operator.reconcile.pods.pods import keys_read

ROTATE_ANNOTATION = "ritsuko.dev/rotate-tokens"  # of a RitsukoBot: any new value rotates
_STATE_ANNOTATION = "ritsuko.dev/tokens"
_ROTATED_FOR_ANNOTATION = "ritsuko.dev/tokens-rotated-for"
_TOKEN_BYTES = 32
_SOON = 60.0  # seconds: when to look again while an earlier rotation is not over yet


class TokenName(NamedTuple):
    """Which token: a server's, of one generation."""

    server: str
    generation: int

    @property
    def key(self) -> str:
        """Its key in the Secret."""
        return f"{self.server}.{self.generation}"


class _Known(BaseModel):
    """What the Secret's annotation says of one token. The digest tells whether somebody changed it."""

    created: str
    digest: str


_STATE = TypeAdapter(dict[str, _Known])


@dataclass(frozen=True)
class BearerToken:
    value: str = field(repr=False)
    created: datetime


@dataclass(frozen=True)
class BearerTokens:
    """All tokens that somebody may still use. The highest generation of a server is the one to use from now on."""

    by_name: Mapping[TokenName, BearerToken] = field(default_factory=dict[TokenName, BearerToken])
    rotated_for: str = ""  # the value of `ROTATE_ANNOTATION` that was followed last

    @property
    def current(self) -> dict[str, int]:
        """Each server's generation to use from now on."""
        highest: dict[str, int] = {}
        for name in self.by_name:
            highest[name.server] = max(name.generation, highest.get(name.server, 0))
        return highest

    @property
    def by_server(self) -> dict[str, dict[int, str]]:
        """The tokens' values."""
        found: dict[str, dict[int, str]] = defaultdict(dict)
        for name, token in sorted(self.by_name.items()):
            found[name.server][name.generation] = token.value
        return dict(found)

    @property
    def annotations(self) -> dict[str, str]:
        """What the Secret has to say of its tokens."""
        read_tokens = {
            name.key: {"created": format_rfc3339(token.created), "digest": _digest(token.value)}
            for name, token in sorted(self.by_name.items())
        }
        state = {_STATE_ANNOTATION: json.dumps(read_tokens, sort_keys=True)}
        return state | ({_ROTATED_FOR_ANNOTATION: self.rotated_for} if self.rotated_for else {})


@dataclass(frozen=True)
class TokenUse:
    """Which tokens pods and the Deployment name, and whether pods of an older template may still come."""

    names: frozenset[TokenName]
    turning_over: bool


def token_use(observed: Observation, secret: str) -> TokenUse:
    """`secret` is the name of the bot's token Secret."""
    template = mapping_at(observed.deployment or {}, "spec", "template", "spec")
    keys = keys_read(template).union(*(pod.secret_keys for pod in observed.pods))
    names = (_name(key) for name, key in keys if name == secret)
    return TokenUse(frozenset(name for name in names if name), not rollout.is_complete(observed.deployment))


def read_tokens(live: Object | None, now: datetime) -> BearerTokens:
    """The tokens in the live Secret, without those that somebody else put there or changed."""
    annotations = mapping_at(live or {}, "metadata", "annotations")
    state = _read_state(annotations.get(_STATE_ANNOTATION, ""))
    found: dict[TokenName, BearerToken] = {}
    for key, encoded in mapping_at(live or {}, "data").items():
        name, value = _name(key), _decoded(encoded)
        if name and value and (entry := state.get(key)) and entry.digest == _digest(value):
            found[name] = BearerToken(value, parse_rfc3339_if_any(entry.created) or now)
    return BearerTokens(found, annotations.get(_ROTATED_FOR_ANNOTATION, ""))


def advance(
    before: BearerTokens,
    desired: Collection[str],
    use: TokenUse,
    *,
    rotate_for: str,
    max_age: float | None,
    now: datetime,
    make: Callable[[], str] = lambda: secrets.token_urlsafe(_TOKEN_BYTES),
) -> BearerTokens:
    """The tokens that there should be: one for each desired server, the rotated ones, and what is still in use.

    `rotate_for` is the bot's `ROTATE_ANNOTATION`; `max_age` is in seconds. By age a server is rotated only when its
    last rotation is over, so that generations never pile up.
    """
    kept = {name: token for name, token in before.by_name.items() if use.turning_over or name in use.names}
    asked = bool(rotate_for) and rotate_for != before.rotated_for
    generations = _generations((*before.by_name, *use.names))
    for server in desired:
        newest = before.current.get(server)
        renew = newest is None or asked
        if newest is not None:
            name = TokenName(server, newest)
            kept[name] = before.by_name[name]
            old = max_age is not None and times.since(kept[name].created, now) >= max_age
            renew = renew or (old and not any(one.server == server and one != name for one in kept))
        if renew:
            kept[TokenName(server, generations[server] + 1)] = BearerToken(make(), now)
    return BearerTokens(_without_unused(kept, desired, use), rotate_for or before.rotated_for)


def next_rotation(tokens: BearerTokens, desired: Iterable[str], max_age: float | None, now: datetime) -> float | None:
    """In how many seconds the first of the tokens is too old; None if they do not age."""
    if max_age is None:
        return None
    current = tokens.current
    ages = [times.since(tokens.by_name[TokenName(server, current[server])].created, now) for server in desired]
    return max(max_age - max(ages), _SOON) if ages else None


def _without_unused(
    kept: Mapping[TokenName, BearerToken], desired: Collection[str], use: TokenUse
) -> dict[TokenName, BearerToken]:
    """Without the generations that were current until now and that no pod has come to name."""
    current = BearerTokens(kept).current
    return {
        name: token
        for name, token in sorted(kept.items())
        if use.turning_over or name in use.names or (name.server in desired and current[name.server] == name.generation)
    }


def _generations(names: Iterable[TokenName]) -> Mapping[str, int]:
    """The highest generation of each server that was ever heard of: no number is given twice while it may be known."""
    highest: dict[str, int] = defaultdict(int)
    for name in names:
        highest[name.server] = max(highest[name.server], name.generation)
    return highest


def _name(key: str) -> TokenName | None:
    server, _, generation = key.rpartition(".")
    return TokenName(server, int(generation)) if server and generation.isdecimal() else None


def _decoded(encoded: str) -> str | None:
    try:
        return base64.b64decode(encoded).decode()
    except ValueError:
        return None


def _read_state(text: str) -> dict[str, _Known]:
    try:
        return _STATE.validate_json(text) if text else {}
    except ValidationError:
        return {}


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:16]
