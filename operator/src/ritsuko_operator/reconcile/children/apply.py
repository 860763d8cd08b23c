"""Bringing a bot's children in line with what was rendered: each is written only if it has to be."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ritsuko_operator.reconcile.children.admission import Adjustments
from ritsuko_operator.reconcile.children.diff import differences
from ritsuko_operator.reconcile.children.ownership import holder, may_be_written, ref_of
from ritsuko_operator.reconcile.children.write_reason import WriteReason
from ritsuko_operator.reconcile.cluster import BotKey, ClusterApi, Object, ObjectRef, View
from ritsuko_operator.reconcile.errors import (
    ApiError,
    ForeignObjectError,
    ImmutableFieldError,
    NamespaceEndsError,
    ReconcileError,
)
from ritsuko_operator.reconcile.kinds import (
    CLUSTER_ROLE_BINDING,
    CONFIG_MAP,
    DEPLOYMENT,
    NETWORK_POLICY,
    ROLE,
    ROLE_BINDING,
    SECRET,
    SERVICE_ACCOUNT,
    Kind,
)

_SECOND_WAVE = frozenset({ROLE_BINDING, CLUSTER_ROLE_BINDING, DEPLOYMENT})
# Without these a pod would run as somebody else, with somebody else's servers or tokens, or open to everybody.
_UNDER_A_POD = frozenset({SERVICE_ACCOUNT, CONFIG_MAP, SECRET, NETWORK_POLICY})


@dataclass(frozen=True)
class Parent:
    """The bot whose children are written, and what admission is known to make of them."""

    key: BotKey
    uid: str
    adjustments: Adjustments = field(default_factory=Adjustments)


@dataclass(frozen=True)
class Change:
    """One child that was written, and why."""

    ref: ObjectRef
    why: WriteReason
    live: Object
    fields: Sequence[str] = ()  # what somebody had changed
    put_right: bool = True  # admission may have kept it as it was


@dataclass
class Applied:
    """What became of the children. One that fails does not keep the others from being written."""

    changes: list[Change] = field(default_factory=list[Change])
    in_place: set[ObjectRef] = field(default_factory=set[ObjectRef])
    failures: list[ReconcileError] = field(default_factory=list[ReconcileError])
    refused: set[ObjectRef] = field(default_factory=set[ObjectRef])

    def note(self, ref: ObjectRef, result: Change | BaseException | None) -> None:
        """What became of one child. Raises what is not a refusal of this one alone."""
        match result:
            case ApiError(namespace_ends=True):
                raise NamespaceEndsError(str(result)) from result
            case ApiError() | ForeignObjectError() | ImmutableFieldError():
                self.failures.append(result)
                self.refused.add(ref)
            case BaseException():
                raise result
            case _:
                self.in_place.add(ref)
                if result is not None:
                    self.changes.append(result)

    def wrote(self, kind: Kind) -> bool:
        return any(change.ref.kind is kind for change in self.changes)


async def apply_children(
    cluster: ClusterApi,
    view: View,
    parent: Parent,
    manifests: Sequence[Object],
    secrets: Mapping[ObjectRef, Object | None],
) -> Applied:
    """Applies what differs of the stamped manifests: what a pod mounts before the pod.

    `secrets` are the live Secrets, which the view does not have. Raises `ApiUnreachableError` and `NamespaceEndsError`;
    refusals are collected, and what stands on a refused child is left as it is.
    """
    applied = Applied()
    parent.adjustments.keep_only({ref_of(desired) for desired in manifests})
    for wave in _waves(manifests):
        wave = [desired for desired in wave if not _stands_on_any(desired, applied.refused)]
        lives = [secrets[ref] if (ref := ref_of(desired)) in secrets else view.get(ref) for desired in wave]
        results = await asyncio.gather(
            *(
                _bring_in_line(cluster, parent, ref_of(desired), desired, live)
                for desired, live in zip(wave, lives, strict=True)
            ),
            return_exceptions=True,
        )
        for desired, result in zip(wave, results, strict=True):
            applied.note(ref_of(desired), result)
    return applied


def _waves(manifests: Sequence[Object]) -> list[list[Object]]:
    """What can be written side by side: a Role before what binds it, and what a pod mounts before the pod."""
    waves: list[list[Object]] = [[], []]
    for desired in manifests:
        waves[ref_of(desired).kind in _SECOND_WAVE].append(desired)
    return waves


def _stands_on_any(desired: Object, refused: Collection[ObjectRef]) -> bool:
    """Whether it would name one of these, which may not be there, or not be the bot's."""
    ref, role = ref_of(desired), desired.get("roleRef")
    if ref.kind is DEPLOYMENT:
        return any(other.kind in _UNDER_A_POD for other in refused)
    return bool(role) and role["kind"] == ROLE.name and ref._replace(kind=ROLE, name=role["name"]) in refused


async def _bring_in_line(
    cluster: ClusterApi, parent: Parent, ref: ObjectRef, desired: Object, live: Object | None
) -> Change | None:
    adjustments = parent.adjustments
    why = adjustments.why(ref, desired, live)
    if why is WriteReason.ABSENT:
        if (made := await cluster.make(ref, desired)) is not None:
            return Change(ref, why, made, put_right=adjustments.learn(ref, desired, None, made))
        # the watch is behind, or something else has this name: it is not selected by our label
        live = await cluster.get(ref)
        why = adjustments.why(ref, desired, live)
    if why is None:
        return None
    if live is not None:
        if not may_be_written(live, parent.key, parent.uid):
            raise ForeignObjectError(_whose_it_is(ref, parent.key, live))
        await _prepare(cluster, ref, desired, live)
    fields = [one.path for one in differences(live, desired)] if why is WriteReason.DRIFTED else []
    try:
        answer = await cluster.apply(ref, desired)
    except ApiError as error:
        if error.field_is_immutable:
            raise ImmutableFieldError(f"{error}: delete it and the operator creates it again") from error
        raise
    return Change(ref, why, answer, fields, put_right=adjustments.learn(ref, desired, live, answer))


def _whose_it_is(ref: ObjectRef, key: BotKey, live: Object) -> str:
    other = holder(live)
    if other is None or other == key:
        return f"{ref} already exists and does not belong to this bot: delete or rename it, or rename the bot"
    bot = other.name if other.namespace == key.namespace else f"{other.namespace}/{other.name}"
    remedy = "rename one of the two bots"
    if ref.kind is SERVICE_ACCOUNT:
        remedy = "set another name in `serviceAccount.name`, or set `serviceAccount.create` to false to share it"
    return f"{ref} belongs to RitsukoBot {bot}: {remedy}"


async def _prepare(cluster: ClusterApi, ref: ObjectRef, desired: Object, live: Object) -> None:
    """Removes an object whose fixed fields have to change, if nothing is lost with it."""
    if "roleRef" in desired and live.get("roleRef") != desired["roleRef"]:
        await cluster.delete(ref, uid=live["metadata"]["uid"])
    if ref.kind is DEPLOYMENT and live["spec"]["selector"] != desired["spec"]["selector"]:
        raise ImmutableFieldError(
            f"{ref} has another pod selector, which cannot be changed: delete it and the operator creates it again"
        )
