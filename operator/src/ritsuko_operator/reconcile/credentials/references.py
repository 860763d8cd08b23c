"""The Secrets that a bot's pod reads as environment: which keys of which, and what is missing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.sidecar import McpSidecar
from ritsuko_operator.reconcile.cluster import Object
from ritsuko_operator.reconcile.objects import mapping_at


@dataclass
class SecretUse:
    """What the pod reads of one Secret."""

    keys: set[str] = field(default_factory=set[str])
    everything: bool = False  # envFrom


@dataclass(frozen=True)
class MissingCredentials:
    """The bot's Secret, or keys of it, that its container can't start without."""

    secret: str
    keys: tuple[str, ...] = ()  # empty: the whole Secret

    def __str__(self) -> str:
        if not self.keys:
            return f"Secret {self.secret} not found"
        return f"Secret {self.secret} has no key {', '.join(self.keys)}"


def credentials(bot: RitsukoBot) -> tuple[str, tuple[str, ...]]:
    """The Secret with the bot's Zulip credentials, and the keys it must have."""
    site = () if bot.spec.zulip.site else ("ZULIP_SITE",)
    return bot.spec.zulip.credentials_secret.name, ("ZULIP_EMAIL", "ZULIP_API_KEY", *site)


def secret_uses(bot: RitsukoBot, sidecars: Sequence[McpSidecar]) -> Mapping[str, SecretUse]:
    """Every Secret that the bot's container, or one of the sidecars', reads as environment."""
    found: dict[str, SecretUse] = {}
    name, keys = credentials(bot)
    found[name] = SecretUse(keys=set(keys))
    environments: list[tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]] = [
        (bot.spec.env, bot.spec.env_from),
        *((sidecar.spec.env, sidecar.spec.env_from) for sidecar in sidecars),
        *([(bot.spec.mcp_sidecars.defaults.env, [])] if sidecars else []),
        *_in_the_patch(bot),
    ]
    for env, env_from in environments:
        _collect(found, env, env_from)
    return found


def missing_credentials(bot: RitsukoBot, secrets: Mapping[str, Object | None]) -> MissingCredentials | None:
    """What of the bot's Zulip credentials is missing. An empty value counts as missing."""
    name, keys = credentials(bot)
    secret = secrets.get(name)
    if secret is None:
        return MissingCredentials(name)
    absent = tuple(key for key in keys if not secret.get("data", {}).get(key))
    return MissingCredentials(name, absent) if absent else None


def content_hash(secret: Object | None, desired: SecretUse) -> str:
    """A hash of what the pod reads of the Secret: other keys may change without a rollout."""
    data: Mapping[str, str] = (secret or {}).get("data") or {}
    read = data if desired.everything else {key: data[key] for key in desired.keys if key in data}
    digest = hashlib.sha256(b"" if secret is not None else b"absent")
    for key in sorted(read):
        value = base64.b64decode(read[key])
        digest.update(b"%d:%s%d:" % (len(key), key.encode(), len(value)) + value)
    return digest.hexdigest()[:16]


def _in_the_patch(bot: RitsukoBot) -> Iterator[tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]]:
    """What `podTemplate` gives to containers as environment. Its shape is checked by nobody until it is rendered."""
    patch = bot.spec.pod_template
    spec: Mapping[str, Any] = (patch.spec if patch else None) or {}
    for container in (*_objects(spec.get("containers")), *_objects(spec.get("initContainers"))):
        env = [one for one in _objects(container.get("env")) if _names(one, "valueFrom", "secretKeyRef", "key")]
        yield env, [one for one in _objects(container.get("envFrom")) if _names(one, "secretRef", "name")]


def _objects(value: object) -> list[Mapping[str, Any]]:
    entries = cast(list[object], value) if isinstance(value, list) else []
    return [_object(entry) for entry in entries]


def _object(value: object) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], value) if isinstance(value, Mapping) else {}


def _names(entry: Mapping[str, Any], *path: str) -> bool:
    """Whether there is a text at the path, and a name beside it: half a reference only adds to another."""
    *way, last = path
    for part in way:
        entry = _object(entry.get(part))
    return isinstance(entry.get(last), str) and isinstance(entry.get("name"), str)


def _collect(
    found: dict[str, SecretUse], env: Sequence[Mapping[str, Any]], env_from: Sequence[Mapping[str, Any]]
) -> None:
    for variable in env:
        reference = mapping_at(variable, "valueFrom", "secretKeyRef")
        if reference.get("name"):  # without one the apiserver refuses the Deployment, and says so
            found.setdefault(reference["name"], SecretUse()).keys.add(reference["key"])
    for source in env_from:
        reference = mapping_at(source, "secretRef")
        if reference.get("name"):
            found.setdefault(reference["name"], SecretUse()).everything = True
