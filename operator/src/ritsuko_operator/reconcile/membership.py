"""Which sidecars belong to which bot, known from the objects as they come: cheap enough to ask of every object."""

from __future__ import annotations

from collections.abc import Mapping

from ritsuko_operator.reconcile.cluster import Object
from ritsuko_operator.reconcile.objects import mapping_at


def belongs(sidecar: Object, bot: Object) -> bool:
    """Whether the sidecar names the bot in `botRef`, or the bot's selector takes it. Both are in one namespace."""
    return named_bot(sidecar) == bot["metadata"]["name"] or _selects(bot, mapping_at(sidecar, "metadata", "labels"))


def named_bot(sidecar: Object) -> str | None:
    """The bot that the sidecar names in `botRef`."""
    return mapping_at(sidecar, "spec", "botRef").get("name")


def selects(bot: Object) -> bool:
    """Whether the bot takes sidecars by their labels at all."""
    return bool(mapping_at(bot, "spec", "mcpSidecars", "selector", "matchLabels"))


def _selects(bot: Object, labels: Mapping[str, str]) -> bool:
    desired = mapping_at(bot, "spec", "mcpSidecars", "selector", "matchLabels")
    return bool(desired) and all(labels.get(key) == value for key, value in desired.items())
