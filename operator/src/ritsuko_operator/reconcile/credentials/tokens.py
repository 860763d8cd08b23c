"""The bearer tokens by which a bot proves itself to its servers: how they come, are rotated and go.

Each server's token has generations, kept side by side in the bot's own Secret under `<server>.<generation>`. A pod
template names one generation for the server and for the bot, so every pod agrees with itself: while pods turn over, the
old ones go on with the old generation and the new ones start with the new. A generation goes when nothing names it any
more. What else is known of the tokens stands in the Secret's annotations.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import BaseModel, TypeAdapter, ValidationError

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


class Name(NamedTuple):
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
class Token:
    value: str = field(repr=False)
    created: str  # RFC 3339


@dataclass(frozen=True)
class Tokens:
    """All tokens that somebody may still use. The highest generation of a server is the one to use from now on."""

    by_name: Mapping[Name, Token] = field(default_factory=dict[Name, Token])
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
        known = {
            name.key: {"created": token.created, "digest": _digest(token.value)}
            for name, token in sorted(self.by_name.items())
        }
        state = {_STATE_ANNOTATION: json.dumps(known, sort_keys=True)}
        return state | ({_ROTATED_FOR_ANNOTATION: self.rotated_for} if self.rotated_for else {})


@dataclass(frozen=True)
class Use:
    """Which tokens pods and the Deployment name, and whether pods of an older template may still come."""

    names: frozenset[Name]
    turning_over: bool


def use_of(seen: Observation, secret: str) -> Use:
    """`secret` is the name of the bot's token Secret."""
    template = mapping_at(seen.deployment or {}, "spec", "template", "spec")
    keys = keys_read(template).union(*(pod.secret_keys for pod in seen.pods))
    names = (_name(key) for name, key in keys if name == secret)
    return Use(frozenset(name for name in names if name), not rollout.is_complete(seen.deployment))


def known(live: Object | None, now: str) -> Tokens:
    """The tokens in the live Secret, without those that somebody else put there or changed."""
    annotations = mapping_at(live or {}, "metadata", "annotations")
    state = _read_state(annotations.get(_STATE_ANNOTATION, ""))
    found: dict[Name, Token] = {}
    for key, encoded in mapping_at(live or {}, "data").items():
        name, value = _name(key), _decoded(encoded)
        if name and value and (entry := state.get(key)) and entry.digest == _digest(value):
            found[name] = Token(value, entry.created if _is_time(entry.created) else now)
    return Tokens(found, annotations.get(_ROTATED_FOR_ANNOTATION, ""))


def advance(
    before: Tokens,
    wanted: Collection[str],
    use: Use,
    *,
    rotate_for: str,
    max_age: float | None,
    now: str,
    make: Callable[[], str] = lambda: secrets.token_urlsafe(_TOKEN_BYTES),
) -> Tokens:
    """The tokens that there should be: one for each wanted server, the rotated ones, and what is still in use.

    `rotate_for` is the bot's `ROTATE_ANNOTATION`; `max_age` is in seconds. By age a server is rotated only when its
    last rotation is over, so that generations never pile up.
    """
    kept = {name: token for name, token in before.by_name.items() if use.turning_over or name in use.names}
    asked = bool(rotate_for) and rotate_for != before.rotated_for
    generations = _generations((*before.by_name, *use.names))
    for server in wanted:
        newest = before.current.get(server)
        renew = newest is None or asked
        if newest is not None:
            name = Name(server, newest)
            kept[name] = before.by_name[name]
            old = max_age is not None and times.since(kept[name].created, now) >= max_age
            renew = renew or (old and not any(one.server == server and one != name for one in kept))
        if renew:
            kept[Name(server, generations[server] + 1)] = Token(make(), now)
    return Tokens(_without_unused(kept, wanted, use), rotate_for or before.rotated_for)


def next_rotation(tokens: Tokens, wanted: Iterable[str], max_age: float | None, now: str) -> float | None:
    """In how many seconds the first of the tokens is too old; None if they do not age."""
    if max_age is None:
        return None
    current = tokens.current
    ages = [times.since(tokens.by_name[Name(server, current[server])].created, now) for server in wanted]
    return max(max_age - max(ages), _SOON) if ages else None


def _without_unused(kept: Mapping[Name, Token], wanted: Collection[str], use: Use) -> dict[Name, Token]:
    """Without the generations that were current until now and that no pod has come to name."""
    current = Tokens(kept).current
    return {
        name: token
        for name, token in sorted(kept.items())
        if use.turning_over or name in use.names or (name.server in wanted and current[name.server] == name.generation)
    }


def _generations(names: Iterable[Name]) -> Mapping[str, int]:
    """The highest generation of each server that was ever heard of: no number is given twice while it may be known."""
    highest: dict[str, int] = defaultdict(int)
    for name in names:
        highest[name.server] = max(highest[name.server], name.generation)
    return highest


def _name(key: str) -> Name | None:
    server, _, generation = key.rpartition(".")
    return Name(server, int(generation)) if server and generation.isdecimal() else None


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


def _is_time(text: str) -> bool:
    try:
        times.parse(text)
    except ValueError:
        return False
    return True


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:16]
