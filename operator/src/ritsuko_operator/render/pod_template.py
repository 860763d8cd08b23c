"""The pod template as the bot's `podTemplate` patches it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast

from ritsuko_api import GROUP
from ritsuko_api.bot import RitsukoBot
from ritsuko_operator.render import strategic_merge
from ritsuko_operator.render.canonical import canonical
from ritsuko_operator.render.errors import RenderError
from ritsuko_operator.render.manifest import Manifest, labels

BOT_CONTAINER = "bot"
_CONTAINERS = ("containers", "initContainers")


def patched(bot: RitsukoBot, template: Manifest, absent: Collection[str] = ()) -> Manifest:
    """The template with the user's patch merged into it, but for what it says of the containers `absent`: these belong
    to sidecars that do not run now, and a patch makes no container of its own of them.

    Raises `RenderError` if the patch means nothing, or takes away what the operator finds its pods by.
    """
    patch = bot.spec.pod_template
    if patch is None:
        return template
    for name in patch.metadata.annotations:
        if name.startswith(f"{GROUP}/"):
            raise RenderError(f"podTemplate.metadata.annotations: {name} is reserved for the operator: remove it")
    changes = {"metadata": patch.metadata.model_dump(), "spec": _without(absent, patch.spec or {})}
    result = canonical(strategic_merge.merged(template, changes, "podTemplate"))
    metadata, spec = (cast(dict[str, Any], result.get(name) or {}) for name in ("metadata", "spec"))
    kept = metadata.get("labels", {})
    for name, value in labels(bot).items():
        if kept.get(name) != value:
            raise RenderError(f"podTemplate.metadata.labels: the label {name} selects the bot's pods: remove it")
    containers = spec.get("containers")
    # the list is merged by name, unless the patch puts something else in its place
    if not isinstance(containers, list) or not any(
        container["name"] == BOT_CONTAINER for container in cast(list[Manifest], containers)
    ):
        raise RenderError(
            "podTemplate.spec.containers: the container bot cannot be removed: set `suspend: true` to run no pod"
        )
    return result


def removes_container(bot: RitsukoBot, container: str, *, native: bool) -> bool:
    """Whether the user's patch leaves no container of that name in the pod, where there would be one without it."""
    patch = bot.spec.pod_template
    if patch is None or not patch.spec:
        return False
    where = "initContainers" if native else "containers"
    try:
        spec = strategic_merge.merged({where: [{"name": container}]}, patch.spec, "podTemplate.spec")
    except RenderError:
        return False  # nothing is made of such a patch
    return all(one["name"] != container for one in cast(list[Manifest], spec.get(where) or []))


def _without(absent: Collection[str], spec: Mapping[str, Any]) -> Manifest:
    return {field: _others(absent, value) if field in _CONTAINERS else value for field, value in spec.items()}


def _others(absent: Collection[str], entries: Any) -> Any:
    if not isinstance(entries, list):
        return entries  # merging says what is wrong with it
    return [entry for entry in cast(list[Any], entries) if not any(_is_named(name, entry) for name in absent)]


def _is_named(name: str, entry: Any) -> bool:
    return isinstance(entry, dict) and cast(Manifest, entry).get("name") == name
