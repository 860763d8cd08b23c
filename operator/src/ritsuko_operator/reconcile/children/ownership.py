"""The owner of an object, from its labels, which are part of the API, and from its owner reference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ritsuko_operator.reconcile.children.write_reason import was_stamped
from ritsuko_operator.reconcile.cluster import BotKey, Object, ObjectRef
from ritsuko_operator.reconcile.kinds import BOT, kind_of
from ritsuko_operator.reconcile.objects import mapping_at
from ritsuko_operator.render.manifest import BOT_NAME_LABEL, BOT_NAMESPACE_LABEL

INSTANCE_LABEL = "app.kubernetes.io/instance"
MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"
MANAGED_BY = "ritsuko-operator"
OURS = f"{MANAGED_BY_LABEL}={MANAGED_BY}"  # the label selector of children and pods


def ref_of(manifest: Object) -> ObjectRef:
    metadata = manifest["metadata"]
    return ObjectRef(kind_of(manifest), metadata.get("namespace", ""), metadata["name"])


def bot_of(manifest: Object) -> BotKey | None:
    """The bot that a child or a pod belongs to, or None if the object is not of our making."""
    labels = mapping_at(manifest, "metadata", "labels")
    if labels.get(MANAGED_BY_LABEL) != MANAGED_BY:
        return None
    namespace = manifest["metadata"].get("namespace") or labels.get(BOT_NAMESPACE_LABEL)
    name = labels.get(BOT_NAME_LABEL) or labels.get(INSTANCE_LABEL)
    return BotKey(namespace, name) if namespace and name else None


def may_be_written(live: Object, key: BotKey, uid: str) -> bool:
    """Whether the object is this bot's, or was: then what somebody did to it is put right.

    Its controller is the bot with that UID, whatever became of the labels; or an earlier bot of the same name, whose
    objects are taken over if the garbage collector has not come yet. Where there is no controller, as after a deletion
    that left the children behind, and of what is in no namespace, the labels say whose it is.
    """
    controller = _controller(live)
    if controller is None:
        unlabelled = bot_of(live) is None and not kind_of(live).namespaced and was_stamped(live)
        return bot_of(live) == key or unlabelled
    return controller.get("uid") == uid or (_bot_owning(live) == key and bot_of(live) == key)


def holder(live: Object) -> BotKey | None:
    """The bot that an object belongs to, by its controller or, where it has none, by its labels."""
    return _bot_owning(live) if _controller(live) else bot_of(live)


def _controller(live: Object) -> Mapping[str, Any] | None:
    owners: list[Mapping[str, Any]] = live["metadata"].get("ownerReferences", [])
    return next((owner for owner in owners if owner.get("controller")), None)


def _bot_owning(live: Object) -> BotKey | None:
    controller = _controller(live) or {}
    if (controller.get("apiVersion"), controller.get("kind")) != (BOT.api_version, BOT.name):
        return None
    return BotKey(live["metadata"].get("namespace", ""), str(controller.get("name")))


def owned_by(manifest: Object, uid: str) -> bool:
    """Whether the object names the owner with that UID; the garbage collector takes it when the owner goes."""
    return any(owner.get("uid") == uid for owner in manifest["metadata"].get("ownerReferences", []))
