"""What the watches saw last, and what our own writes returned: the reconcilers' view of the cluster."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ritsuko_operator.reconcile.children.ownership import bot_of
from ritsuko_operator.reconcile.cluster import FIELD_MANAGER, BotKey, Object, ObjectRef
from ritsuko_operator.reconcile.kinds import BOT, DEPLOYMENT, POD, SIDECAR, WATCHED, Kind
from ritsuko_operator.reconcile.membership import belongs, named_bot, selects
from ritsuko_operator.runtime.serialized_objects import SerializedObjects


class _Known(NamedTuple):
    """What is compared without a look at the object."""

    version: int
    uid: str | None


_DELETED_KEPT = 5_000  # that many are remembered: for longer than any answer can be late
_POD_SPEC_KEPT = ("nodeName", "initContainers", "containers")


class Cache:
    """Objects by kind and key, trimmed to what is read of them.

    Each object has several sources, a watch, lists and the answers to our writes, and any can be late: the higher
    resource version wins, also over an object that is gone by now.
    """

    def __init__(self) -> None:
        self._objects = SerializedObjects()
        self._known: dict[ObjectRef, _Known] = {}
        self._deleted_versions: OrderedDict[ObjectRef, int] = OrderedDict()  # the last version of what is gone
        self._by_bot: dict[BotKey, set[ObjectRef]] = defaultdict(set)
        self._naming: dict[BotKey, set[ObjectRef]] = defaultdict(set)  # the sidecars that name a bot
        self._selecting: dict[str, set[ObjectRef]] = defaultdict(set)  # by namespace the bots with a selector
        self._sidecars: dict[str, set[ObjectRef]] = defaultdict(set)  # by namespace

    def get(self, ref: ObjectRef) -> Object | None:
        return self._objects.get(ref)

    def sidecars_of(self, bot: Object) -> Iterable[Object]:
        namespace, name = bot["metadata"]["namespace"], bot["metadata"]["name"]
        refs = set(self._naming.get(BotKey(namespace, name), ()))
        if selects(bot):
            refs.update(ref for ref in self._sidecars.get(namespace, ()) if belongs(self._there(ref), bot))
        return [self._there(ref) for ref in sorted(refs)]

    def bots_of(self, sidecar: Object) -> Iterable[Object]:
        namespace = sidecar["metadata"]["namespace"]
        bots = {ref for ref in self._selecting.get(namespace, ()) if belongs(sidecar, self._there(ref))}
        if (named := named_bot(sidecar)) and (ref := BotKey(namespace, named).ref) in self._objects:
            bots.add(ref)
        return [self._there(ref) for ref in sorted(bots)]

    def of_bot(self, key: BotKey) -> Iterable[tuple[ObjectRef, Object]]:
        return [(ref, self._there(ref)) for ref in sorted(self._by_bot.get(key, ()))]

    def of_kind(self, kind: Kind) -> list[ObjectRef]:
        return [ref for ref in self._objects if ref.kind == kind]

    def uid(self, ref: ObjectRef) -> str | None:
        known = self._known.get(ref)
        return known.uid if known else None

    def is_news(self, ref: ObjectRef, manifest: Object) -> bool:
        """Whether the object is of a kind that is kept, and newer than what is known of it."""
        return self.is_newer(ref, _version(manifest))

    def is_newer(self, ref: ObjectRef, version: int) -> bool:
        """The same, by the object's resource version alone."""
        known = self._known.get(ref)
        newest = max(self._deleted_versions.get(ref, 0), known.version if known else 0)
        return ref.kind in WATCHED and version > newest

    def put(self, ref: ObjectRef, manifest: Object) -> bool:
        """Takes an object in; returns whether it tells anything new."""
        if not self.is_news(ref, manifest):
            return False
        self._deleted_versions.pop(ref, None)
        self._forget(ref)
        self._objects.put(ref, _trimmed(ref.kind, manifest))
        self._known[ref] = _Known(_version(manifest), manifest["metadata"].get("uid"))
        for index in self._indexes(ref, manifest):
            index.add(ref)
        return True

    def remove(self, ref: ObjectRef, *, uid: str | None = None, version: int = 0) -> bool:
        """Drops an object; with `uid`, only if it is still that one. Returns whether it was there.

        `version` is the resource version of the deletion, if it is known.
        """
        known = self._known.get(ref)
        if known is not None and uid is not None and known.uid != uid:
            return False
        self._note_deletion(ref, max(version, known.version if known else 0))
        self._forget(ref)
        return known is not None

    def _note_deletion(self, ref: ObjectRef, version: int) -> None:
        self._deleted_versions[ref] = version
        self._deleted_versions.move_to_end(ref)
        if len(self._deleted_versions) > _DELETED_KEPT:
            self._deleted_versions.popitem(last=False)

    def _forget(self, ref: ObjectRef) -> None:
        before = self._objects.get(ref)
        if before is not None:
            for index in self._indexes(ref, before):
                index.discard(ref)
            self._objects.remove(ref)
            del self._known[ref]

    def _there(self, ref: ObjectRef) -> Object:
        found = self._objects.get(ref)
        assert found is not None, f"an index names {ref}, which is gone"
        return found

    def _indexes(self, ref: ObjectRef, manifest: Object) -> Iterator[set[ObjectRef]]:
        if ref.kind is BOT:
            if selects(manifest):
                yield self._selecting[ref.namespace]
        elif ref.kind is SIDECAR:
            yield self._sidecars[ref.namespace]
            if named := named_bot(manifest):
                yield self._naming[BotKey(ref.namespace, named)]
        elif (key := bot_of(manifest)) is not None:
            yield self._by_bot[key]


def _trimmed(kind: Kind, manifest: Object) -> Object:
    metadata = {key: value for key, value in manifest["metadata"].items() if key != "managedFields"}
    trimmed = {**manifest, "metadata": metadata}
    if kind is DEPLOYMENT and (writers := _writers(manifest)):
        metadata["managedFields"] = writers
    if kind is POD:
        trimmed["spec"] = {key: manifest["spec"][key] for key in _POD_SPEC_KEPT if key in manifest["spec"]}
    return trimmed


def _writers(manifest: Object) -> list[Object]:
    """Who scaled a Deployment, and when the operator changed it."""
    entries: list[Object] = manifest["metadata"].get("managedFields", [])
    mine = [{key: entry[key] for key in ("manager", "time")} for entry in entries if _is_mine(entry)]
    return [*(entry for entry in entries if entry.get("subresource") == "scale"), *mine]


def _is_mine(entry: Object) -> bool:
    return entry.get("manager") == FIELD_MANAGER and "time" in entry


def _version(manifest: Object) -> int:
    """Resource versions of one kind can be compared as numbers (KEP-5504)."""
    return int(manifest["metadata"].get("resourceVersion", 0))
