"""The Secrets that a bot names, and its own token Secret.

The operator may get a Secret that it knows the name of, and may not list or watch any: so they are read at every
reconcile, and `changed` looks in between whether one of them is another by now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ritsuko_operator.reconcile.cluster import BotKey, Cluster, Object, ObjectRef
from ritsuko_operator.reconcile.kinds import SECRET


@dataclass(frozen=True)
class Read:
    """The live Secrets of one bot."""

    token_ref: ObjectRef
    tokens: Object | None  # the bot's own token Secret
    named: Mapping[str, Object | None]  # those that the bot and its sidecars name


class SecretReader:
    """Reads the Secrets of bots, and remembers which version of each it saw last. No content is kept."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._seen: dict[BotKey, dict[ObjectRef, str | None]] = {}

    @property
    def bots(self) -> list[BotKey]:
        """The bots whose Secrets were read."""
        return list(self._seen)

    async def read(self, key: BotKey, names: Iterable[str], *, tokens: str) -> Read:
        """Reads the Secrets in `names` and the bot's own one, `tokens`."""
        token_ref = _ref(key, tokens)
        live = {ref: await self._cluster.get(ref) for ref in (token_ref, *(_ref(key, name) for name in names))}
        self._seen[key] = {ref: _version(secret) for ref, secret in live.items()}
        return Read(token_ref, live.pop(token_ref), {ref.name: secret for ref, secret in live.items()})

    def wrote(self, key: BotKey, ref: ObjectRef, live: Object | None) -> None:
        """Our own write of a Secret is no change to come back for."""
        if key in self._seen:
            self._seen[key][ref] = _version(live)

    def forget(self, key: BotKey) -> None:
        self._seen.pop(key, None)

    async def changed(self, key: BotKey) -> bool:
        """Whether one of the bot's Secrets came, went or changed since it was read."""
        for ref, version in list(self._seen.get(key, {}).items()):
            live = _version(await self._cluster.get(ref))
            if key in self._seen and self._seen[key].get(ref) == version and live != version:
                return True
        return False


def _ref(key: BotKey, name: str) -> ObjectRef:
    return ObjectRef(SECRET, key.namespace, name)


def _version(secret: Object | None) -> str | None:
    return secret["metadata"]["resourceVersion"] if secret else None
