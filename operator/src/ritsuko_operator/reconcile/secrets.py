"""The Secrets that a bot names, and its own token Secret.

The operator may get a Secret that it knows the name of, and may not list or watch any: so they are read at every
reconcile, and `changed` looks in between whether one of them is another by now.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ritsuko_operator.reconcile.cluster import BotKey, Cluster, Object, ObjectRef
from ritsuko_operator.reconcile.kinds import SECRET
from ritsuko_operator.reconcile.objects import mapping_at

_NO_SECRETS = frozenset({"ZULIP_EMAIL", "ZULIP_SITE"})  # beside the key, and worth telling


@dataclass(frozen=True)
class Read:
    """The live Secrets of one bot."""

    own: Mapping[ObjectRef, Object | None]  # those that were made for the bot
    named: Mapping[str, Object | None]  # those that the bot and its sidecars name

    def values(self) -> Iterator[str]:
        """What must never be said anywhere."""
        for secret in (*self.own.values(), *self.named.values()):
            for key, value in mapping_at(secret or {}, "data").items():
                if key not in _NO_SECRETS:
                    yield base64.b64decode(value).decode(errors="replace")


class SecretReader:
    """Reads the Secrets of bots, and remembers which version of each it saw last. No content is kept.

    `fresh` reads one that may have changed just now, if the cluster itself remembers Secrets for a moment.
    """

    def __init__(
        self, cluster: Cluster, *, fresh: Callable[[ObjectRef], Awaitable[Object | None]] | None = None
    ) -> None:
        self._cluster = cluster
        self._fresh = fresh or cluster.get
        self._seen: dict[BotKey, dict[ObjectRef, str | None]] = {}
        self._unwanted: dict[BotKey, set[ObjectRef]] = {}

    @property
    def bots(self) -> list[BotKey]:
        """The bots whose Secrets were read."""
        return list(self._seen)

    async def read(self, key: BotKey, names: Iterable[str], *, own: Mapping[str, bool]) -> Read:
        """Reads the Secrets in `names` and the bot's own ones.

        `own` says of each whether it is wanted. One that is not wanted is read once, and again while it is there: it
        has to be taken away.
        """
        before = self._seen.get(key, {})
        refs = {_ref(key, name): needed for name, needed in own.items()}
        ours = {ref: await self._read(ref, needed, before) for ref, needed in refs.items()}
        named = {name: await self._cluster.get(_ref(key, name)) for name in names}
        self._seen[key] = {
            **{ref: _version(live) for ref, live in ours.items()},
            **{_ref(key, name): _version(live) for name, live in named.items()},
        }
        self._unwanted[key] = {ref for ref, needed in refs.items() if not needed}
        return Read(ours, named)

    async def _read(self, ref: ObjectRef, needed: bool, before: Mapping[ObjectRef, str | None]) -> Object | None:
        known_to_be_absent = ref in before and before[ref] is None
        return None if known_to_be_absent and not needed else await self._cluster.get(ref)

    def wrote(self, key: BotKey, ref: ObjectRef, live: Object | None) -> None:
        """Our own write of a Secret is no change to come back for."""
        if key in self._seen:
            self._seen[key][ref] = _version(live)

    def forget(self, key: BotKey) -> None:
        self._seen.pop(key, None)
        self._unwanted.pop(key, None)

    async def changed(self, key: BotKey) -> bool:
        """Whether one of the bot's Secrets came, went or changed since it was read."""
        for ref, version in list(self._seen.get(key, {}).items()):
            if ref in self._unwanted.get(key, ()):
                continue
            live = _version(await self._fresh(ref))
            if key in self._seen and self._seen[key].get(ref) == version and live != version:
                return True
        return False


def _ref(key: BotKey, name: str) -> ObjectRef:
    return ObjectRef(SECRET, key.namespace, name)


def _version(secret: Object | None) -> str | None:
    return secret["metadata"]["resourceVersion"] if secret else None
