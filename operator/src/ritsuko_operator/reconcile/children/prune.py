"""Removing what is a bot's and no longer rendered.

The garbage collector takes a deleted bot's children. Only a ClusterRoleBinding stays: a cluster-wide object can't be
owned by a namespaced one.
"""

from __future__ import annotations

from collections.abc import Collection

from ritsuko_operator.reconcile.children.ownership import bot_of, owned_by
from ritsuko_operator.reconcile.cluster import BotKey, ClusterApi, Object, ObjectRef, View
from ritsuko_operator.reconcile.kinds import CHILDREN


async def prune_children(
    cluster: ClusterApi, view: View, key: BotKey, *, owner: str | None, rendered: Collection[ObjectRef]
) -> list[ObjectRef]:
    """Deletes the bot's children that are not among `rendered`; returns them.

    `owner` is the bot's UID, or None if the bot is gone: then its namespaced children are left to the garbage
    collector.
    """
    pruned: list[ObjectRef] = []
    for ref, live in list(view.of_bot(key)):
        if ref.kind not in CHILDREN or ref in rendered:
            continue
        if not ref.kind.namespaced or (owner is not None and owned_by(live, owner)):
            await cluster.delete(ref, uid=live["metadata"]["uid"])
            pruned.append(ref)
    return pruned


async def prune_unwatched(cluster: ClusterApi, key: BotKey, ref: ObjectRef, live: Object | None, *, owner: str) -> bool:
    """Deletes an object that the view does not have, if it is there and is the bot's; returns whether it did."""
    if live is None or bot_of(live) != key or not owned_by(live, owner):
        return False
    await cluster.delete(ref, uid=live["metadata"]["uid"])
    return True
