"""Whose fault it is that the apiserver refuses a Deployment: which sidecar brought the container or volume it names.

A refusal by validation (422) has causes, whose fields name entries of lists by their index in what would have been
stored. Server-side apply itself answers 500 and names entries by their keys, a line for each. Both are reported to
people with the names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ritsuko_api.bot import RitsukoBot
from ritsuko_operator.reconcile.cluster import Object
from ritsuko_operator.reconcile.errors import ApiError
from ritsuko_operator.reconcile.objects import mapping_at
from ritsuko_operator.render.manifest import container_name
from ritsuko_operator.render.mounts import sidecar_volumes
from ritsuko_operator.render.select import SidecarSelection

_LIST = r"spec\.template\.spec\.(?P<list>containers|initContainers|volumes)"
_BY_INDEX = re.compile(rf"{_LIST}\[(?P<index>\d+)\](?P<rest>.*)", re.S)
# Anchored: what stands further on in a line may be anybody's text.
_BY_NAME = re.compile(rf'^(?:[^\n]*?Kind=Deployment\):)?\s*\.{_LIST}\[name="(?P<name>[^"\\]+)"\](?P<rest>[^\n]*)', re.M)


class _Complaint(NamedTuple):
    list: str
    name: str
    words: str


def causes(
    bot: RitsukoBot, selection: SidecarSelection, deployment: Object, live: Object | None, error: ApiError
) -> dict[str, str]:
    """The sidecars that the refusal of `deployment` names, each with what the apiserver says of it; none if it names
    something else, or if the live Deployment has entries that make its indices mean something else."""
    found: dict[str, list[str]] = {}
    for disconnected_message in (*_by_index(live, deployment, error), *_by_name(error)):
        for sidecar in _brought_by(bot, selection, disconnected_message):
            found.setdefault(sidecar, []).append(disconnected_message.words)
    return {sidecar: "; ".join(dict.fromkeys(words)) for sidecar, words in found.items()}


def _by_index(live: Mapping[str, Any] | None, deployment: Object, error: ApiError) -> Iterator[_Complaint]:
    for cause in error.causes:
        if (at := _BY_INDEX.match(cause.field)) is None:
            continue
        names, index = _names(deployment, at["list"]), int(at["index"])
        # what others have added to the list is merged into it, somewhere
        if index < len(names) and set(_names(live or {}, at["list"])) <= set(names):
            yield _complaint(at["list"], names[index], f"{at['rest']}: {cause.message}")


def _by_name(error: ApiError) -> Iterator[_Complaint]:
    if not error.causes:
        for at in _BY_NAME.finditer(error.message):
            yield _complaint(at["list"], at["name"], at["rest"])


def _complaint(kind: str, name: str, rest: str) -> _Complaint:
    return _Complaint(kind, name, f"{kind}[{name}]{rest}")


def _names(deployment: Mapping[str, Any], kind: str) -> list[str]:
    entries: Iterable[Mapping[str, Any]] = mapping_at(deployment, "spec", "template", "spec").get(kind) or ()
    return [entry["name"] for entry in entries]


def _brought_by(bot: RitsukoBot, selection: SidecarSelection, disconnected_message: _Complaint) -> list[str]:
    """The sidecars that what is complained of came from; of a volume there may be several."""
    mine = [sidecar for sidecar in selection.accepted if not sidecar.spec.remote]
    if disconnected_message.list != "volumes":
        return [one.metadata.name for one in mine if container_name(one.metadata.name) == disconnected_message.name]
    if any(volume["name"] == disconnected_message.name for volume in bot.spec.volumes):
        return []
    return [
        one.metadata.name
        for one in mine
        if any(volume["name"] == disconnected_message.name for volume in sidecar_volumes(one))
    ]
