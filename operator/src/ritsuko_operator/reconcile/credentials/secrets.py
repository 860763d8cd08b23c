"""The Secrets that a bot names, and its own token Secret.

The operator may get a Secret that it knows the name of, and may not list or watch any: so they are read at every
reconcile, and `changed` looks in between whether one of them is another by now.
"""

from __future__ import annotations

import asyncio
import base64
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ritsuko_api.resource import is_object_name
from ritsuko_operator.reconcile.cluster import BotKey, ClusterApi, Object, ObjectRef
from ritsuko_operator.reconcile.kinds import SECRET
from ritsuko_operator.reconcile.memory import Memory
from ritsuko_operator.reconcile.objects import mapping_at

Peek = Callable[[ObjectRef], Awaitable[Object | None]]

_NO_SECRETS = frozenset({"ZULIP_EMAIL", "ZULIP_SITE"})  # beside the key, and worth telling


@dataclass(frozen=True)
class LiveSecrets:
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
    """Reads the Secrets of bots, and remembers which version of each a bot saw last. No content is kept.

    `peek` tells the metadata of one that may have changed a moment ago; without it the cluster is asked for all of it.
    """

    def __init__(
        self,
        cluster: ClusterApi,
        memory: Memory,
        *,
        peek: Callable[[ObjectRef], Awaitable[Object | None]] | None = None,
    ) -> None:
        self._cluster = cluster
        self._peek = peek or cluster.get
        self._seen = memory.table(dict[BotKey, dict[ObjectRef, str | None]]())
        memory.when_forgotten(self._stop_looking)
        self._named_by = _Readers()
        self._made_for = _Readers()

    def named(self) -> list[ObjectRef]:
        """The Secrets that bots name, each once: people change them, and expect to see it."""
        return self._named_by.refs

    def own(self) -> list[ObjectRef]:
        """The Secrets that were made for bots, and that nobody else has reason to change."""
        return self._made_for.refs

    async def read(self, key: BotKey, names: Iterable[str], *, own: Mapping[str, bool]) -> LiveSecrets:
        """Reads the Secrets in `names` and the bot's own ones.

        `own` says of each whether it is needed. One that is not needed is read once, and again while it is there: it
        has to be taken away. No Secret has a name that is none: in pieces of a pod nobody has checked them.
        """
        before = self._seen.get(key, {})
        refs = {_ref(key, name): needed for name, needed in own.items()}
        all_names = list(names)
        asked = [name for name in all_names if is_object_name(name)]
        found = await asyncio.gather(
            *(self._read(ref, needed, before) for ref, needed in refs.items()),
            *(self._cluster.get(_ref(key, name)) for name in asked),
        )
        ours = dict(zip(refs, found, strict=False))
        named = dict(zip(asked, found[len(refs) :], strict=True))
        desired = {_ref(key, name): live for name, live in named.items()}
        self._stop_looking(key)
        self._made_for.add(key, (ref for ref, needed in refs.items() if needed))
        self._named_by.add(key, desired)
        self._seen[key] = {ref: _version(live) for ref, live in (ours | desired).items()}
        return LiveSecrets(ours, {name: named.get(name) for name in all_names})

    async def _read(self, ref: ObjectRef, needed: bool, before: Mapping[ObjectRef, str | None]) -> Object | None:
        known_to_be_absent = ref in before and before[ref] is None
        return None if known_to_be_absent and not needed else await self._cluster.get(ref)

    def wrote(self, key: BotKey, ref: ObjectRef, live: Object | None) -> None:
        """Our own write of a Secret is not a change to come back for."""
        if key in self._seen:
            self._seen[key][ref] = _version(live)

    async def changed(self, ref: ObjectRef) -> list[BotKey]:
        """The bots for which the Secret came, went or changed since they read it."""
        readers = self._named_by.of(ref) | self._made_for.of(ref)
        before = {key: self._seen[key].get(ref) for key in readers}
        live = _version(await self._peek(ref))
        return [
            key
            for key, version in before.items()
            if version != live and self._seen.get(key, {}).get(ref) == version  # and not read again meanwhile
        ]

    def _stop_looking(self, key: BotKey) -> None:
        self._named_by.remove(key)
        self._made_for.remove(key)


class _Readers:
    """Which bots look out for a change of a Secret."""

    def __init__(self) -> None:
        self._refs: dict[BotKey, list[ObjectRef]] = {}
        self._keys: dict[ObjectRef, set[BotKey]] = defaultdict(set)

    @property
    def refs(self) -> list[ObjectRef]:
        return list(self._keys)

    def of(self, ref: ObjectRef) -> frozenset[BotKey]:
        return frozenset(self._keys.get(ref, ()))

    def add(self, key: BotKey, refs: Iterable[ObjectRef]) -> None:
        self._refs[key] = list(refs)
        for ref in self._refs[key]:
            self._keys[ref].add(key)

    def remove(self, key: BotKey) -> None:
        for ref in self._refs.pop(key, ()):
            self._keys[ref].discard(key)
            if not self._keys[ref]:
                del self._keys[ref]


def _ref(key: BotKey, name: str) -> ObjectRef:
    return ObjectRef(SECRET, key.namespace, name)


def _version(secret: Object | None) -> str | None:
    return secret["metadata"]["resourceVersion"] if secret else None
