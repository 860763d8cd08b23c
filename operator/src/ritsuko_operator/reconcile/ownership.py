"""Whose an object is: told from its labels, which are part of the API."""

from __future__ import annotations

from ritsuko_operator.reconcile.cluster import BotKey, Object, ObjectRef
from ritsuko_operator.reconcile.kinds import kind_of
from ritsuko_operator.reconcile.objects import mapping_at
from ritsuko_operator.render.manifest import BOT_NAME_LABEL, BOT_NAMESPACE_LABEL

INSTANCE_LABEL = "app.kubernetes.io/instance"
MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"
MANAGED_BY = "ritsuko-operator"


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


def owned_by(manifest: Object, uid: str) -> bool:
    """Whether the object names the owner with that UID; the garbage collector takes it when the owner goes."""
    return any(owner.get("uid") == uid for owner in manifest["metadata"].get("ownerReferences", []))
