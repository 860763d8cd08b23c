"""What a reconcile needs of the world: a cluster to read and write, and a view of what is there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from ritsuko_api.reasons import Reason
from ritsuko_operator.reconcile.kinds import BOT, SIDECAR, Kind

FIELD_MANAGER = "ritsuko-operator"

Object = dict[str, Any]  # an object as the API gives it


class ObjectRef(NamedTuple):
    """Which object; of a cluster-wide kind the namespace is empty."""

    kind: Kind
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind.name} {self.namespace}/{self.name}" if self.namespace else f"{self.kind.name} {self.name}"


class BotKey(NamedTuple):
    """Which bot."""

    namespace: str
    name: str

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef(BOT, self.namespace, self.name)


class SidecarKey(NamedTuple):
    """Which sidecar."""

    namespace: str
    name: str
    what: str = SIDECAR.name  # a bot of the same name is another key

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef(SIDECAR, self.namespace, self.name)


@dataclass(frozen=True)
class Transition:
    """Something worth an Event: what happened to the object, for people."""

    regarding: Mapping[str, Any]
    reason: Reason
    note: str
    warning: bool = False


class ClusterApi(Protocol):
    """The apiserver. Each method raises `ApiError` for a refusal and `ApiUnreachableError` when there is no answer."""

    async def get(self, ref: ObjectRef) -> Object | None:
        """The object, or None if there is none."""
        ...

    async def serves(self, kind: Kind) -> bool:
        """Whether there is such a kind: the CRDs of others may not be installed."""
        ...

    async def apply(self, ref: ObjectRef, manifest: Object) -> Object:
        """Server-side apply as `FIELD_MANAGER`, forced; returns the live object."""
        ...

    async def make(self, ref: ObjectRef, manifest: Object) -> Object | None:
        """The same for an object that is not there; None, and nothing done, if there is one by that name."""
        ...

    async def rehearse(self, ref: ObjectRef, manifest: Object) -> None:
        """Whether `apply` would be taken: nothing is written."""
        ...

    async def apply_status(self, ref: ObjectRef, manifest: Object) -> Object:
        """The same for the `status` subresource."""
        ...

    async def patch(self, ref: ObjectRef, patch: Object) -> Object:
        """A JSON merge patch; returns the live object."""
        ...

    async def delete(self, ref: ObjectRef, *, uid: str) -> None:
        """Deletes the object if it still has that UID; one that is gone already is fine."""
        ...

    async def announce(self, transition: Transition) -> None:
        """Posts an Event. It never raises: an Event is worth no retry."""
        ...


class View(Protocol):
    """What the watches saw last, and what our own writes returned. Nobody changes what it hands out."""

    def get(self, ref: ObjectRef) -> Object | None: ...

    def sidecars_of(self, bot: Object) -> Iterable[Object]:
        """The sidecars that belong to the bot, by name."""
        ...

    def bots_of(self, sidecar: Object) -> Iterable[Object]:
        """The bots that the sidecar belongs to, by name."""
        ...

    def of_bot(self, key: BotKey) -> Iterable[tuple[ObjectRef, Object]]:
        """The bot's children and pods, by their labels; Secrets are not among them."""
        ...
