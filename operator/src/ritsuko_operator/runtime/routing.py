"""Which keys have to be looked at when an object changed."""

from __future__ import annotations

from collections.abc import Iterator

from ritsuko_operator.reconcile.cluster import BotKey, Object, ObjectRef, SidecarKey, View
from ritsuko_operator.reconcile.kinds import BOT, DEPLOYMENT, POD, SIDECAR
from ritsuko_operator.reconcile.ownership import bot_of

Key = BotKey | SidecarKey

_TOLD_BY_SIDECARS = (DEPLOYMENT, POD)  # of a bot's children those that a sidecar's own status tells of


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
        yield from _sidecars_of(view, manifest)
    elif (key := bot_of(manifest)) is not None:
        yield key
        bot = view.get(key.ref)
        if bot is not None and ref.kind in _TOLD_BY_SIDECARS:
            yield from _sidecars_of(view, bot)


def _sidecars_of(view: View, bot: Object) -> Iterator[Key]:
    for sidecar in view.sidecars_of(bot):
        yield SidecarKey(sidecar["metadata"]["namespace"], sidecar["metadata"]["name"])
