"""Bringing a bot's children in line with what was rendered: each is written only if it has to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ritsuko_operator.reconcile.cluster import BotKey, Cluster, Object, ObjectRef, View
from ritsuko_operator.reconcile.compare import Difference, difference, was_stamped
from ritsuko_operator.reconcile.errors import ApiError, ForeignObjectError, ImmutableFieldError, ReconcileError
from ritsuko_operator.reconcile.kinds import DEPLOYMENT, SECRET, Kind
from ritsuko_operator.reconcile.ownership import bot_of, ref_of


@dataclass(frozen=True)
class Change:
    """One child that was written, and why."""

    ref: ObjectRef
    why: Difference
    live: Object


@dataclass
class Applied:
    """What became of the children. One that fails does not keep the others from being written."""

    changes: list[Change] = field(default_factory=list[Change])
    in_place: set[ObjectRef] = field(default_factory=set[ObjectRef])
    failures: list[ReconcileError] = field(default_factory=list[ReconcileError])

    def wrote(self, kind: Kind) -> bool:
        return any(change.ref.kind is kind for change in self.changes)


async def apply_children(
    cluster: Cluster, view: View, key: BotKey, manifests: Sequence[Object], secrets: Mapping[ObjectRef, Object | None]
) -> Applied:
    """Applies what differs of the stamped manifests, in order.

    `secrets` are the live Secrets, which the view does not have. If one cannot be written, neither is the Deployment,
    which comes after them. Raises `ApiUnreachableError` at once; refusals are collected.
    """
    applied = Applied()
    tokenless = False
    for wanted in manifests:
        ref = ref_of(wanted)
        if ref.kind is DEPLOYMENT and tokenless:
            continue  # its pods would name a token that is never to be: the next try makes another
        try:
            live = secrets[ref] if ref in secrets else view.get(ref)
            change = await _bring_in_line(cluster, key, ref, wanted, live)
            if change is not None:
                applied.changes.append(change)
            applied.in_place.add(ref)
        except (ApiError, ForeignObjectError, ImmutableFieldError) as error:
            applied.failures.append(error)
            tokenless = tokenless or ref.kind is SECRET
    return applied


async def _bring_in_line(
    cluster: Cluster, key: BotKey, ref: ObjectRef, wanted: Object, live: Object | None
) -> Change | None:
    why = difference(wanted, live)
    if why is Difference.ABSENT:
        if (made := await cluster.make(ref, wanted)) is not None:
            return Change(ref, why, made)
        # the watch is behind, or something else has this name: it is not selected by our label
        live = await cluster.get(ref)
        why = difference(wanted, live)
    if why is None:
        return None
    if live is not None:
        await _prepare(cluster, key, ref, wanted, live)
    return Change(ref, why, await cluster.apply(ref, wanted))


async def _prepare(cluster: Cluster, key: BotKey, ref: ObjectRef, wanted: Object, live: Object) -> None:
    """Looks whether the live object may be written over, and removes one whose fixed fields have to change."""
    if bot_of(live) != key and not was_stamped(live):
        raise ForeignObjectError(
            f"{ref} is there already and is not this bot's: delete or rename it, or give the bot another name"
        )
    if "roleRef" in wanted and live.get("roleRef") != wanted["roleRef"]:
        await cluster.delete(ref, uid=live["metadata"]["uid"])
    if ref.kind is DEPLOYMENT and live["spec"]["selector"] != wanted["spec"]["selector"]:
        raise ImmutableFieldError(
            f"{ref} was made with another pod selector, which cannot be changed: delete it, and it is made anew"
        )
