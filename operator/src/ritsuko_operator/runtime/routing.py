"""Which keys have to be reconciled when an object changed."""

from __future__ import annotations

from collections.abc import Iterator

from ritsuko_operator.reconcile.children.ownership import bot_of
from ritsuko_operator.reconcile.cluster import BotKey, Object, ObjectRef, SidecarKey, View
from ritsuko_operator.reconcile.kinds import BOT, SIDECAR

Key = BotKey | SidecarKey


def keys_for(view: View, ref: ObjectRef, *states: Object | None) -> set[Key]:
    """The keys that the object concerns, in any of its states: as it was, and as it is."""
    return {key for state in states if state is not None for key in _keys(view, ref, state)}


def _keys(view: View, ref: ObjectRef, manifest: Object) -> Iterator[Key]:
    if ref.kind is SIDECAR:
        yield SidecarKey(ref.namespace, ref.name)
        for bot in view.bots_of(manifest):
            yield BotKey(ref.namespace, bot["metadata"]["name"])
    elif ref.kind is BOT:
        yield BotKey(ref.namespace, ref.name)
        for sidecar in view.sidecars_of(manifest):
            yield SidecarKey(ref.namespace, sidecar["metadata"]["name"])
    elif (key := bot_of(manifest)) is not None:
        yield key  # what it means for a sidecar, the bot's status tells first
