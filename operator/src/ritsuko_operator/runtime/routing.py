"""Which keys have to be looked at when an object changed."""

from __future__ import annotations

from collections.abc import Iterator

from ritsuko_operator.reconcile.cluster import BotKey, Object, ObjectRef, SidecarKey, View
from ritsuko_operator.reconcile.kinds import BOT, SIDECAR
from ritsuko_operator.reconcile.membership import belongs
from ritsuko_operator.reconcile.ownership import bot_of

Key = BotKey | SidecarKey


def keys_for(view: View, ref: ObjectRef, *states: Object | None) -> set[Key]:
    """The keys that the object concerns, in any of its states: as it was, and as it is."""
    return {key for state in states if state is not None for key in _keys(view, ref, state)}


def _keys(view: View, ref: ObjectRef, manifest: Object) -> Iterator[Key]:
    if ref.kind is SIDECAR:
        yield SidecarKey(ref.namespace, ref.name)
        yield from _bots_of(view, ref, manifest)
    elif ref.kind is BOT:
        yield BotKey(ref.namespace, ref.name)
        yield from _sidecars_of(view, ref, manifest)
    elif (key := bot_of(manifest)) is not None:
        yield key
        bot = view.get(key.ref)
        if bot is not None:
            yield from _sidecars_of(view, key.ref, bot)


def _bots_of(view: View, ref: ObjectRef, sidecar: Object) -> Iterator[Key]:
    for bot in view.in_namespace(BOT, ref.namespace):
        if belongs(sidecar, bot):
            yield BotKey(ref.namespace, bot["metadata"]["name"])


def _sidecars_of(view: View, ref: ObjectRef, bot: Object) -> Iterator[Key]:
    for sidecar in view.in_namespace(SIDECAR, ref.namespace):
        if belongs(sidecar, bot):
            yield SidecarKey(ref.namespace, sidecar["metadata"]["name"])
