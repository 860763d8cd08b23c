"""Rendering, remembered: most reconciles are about a pod or a report, and would render the same again.

What was rendered is kept as text, which takes a tenth of the memory of the objects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from pydantic_core import from_json, to_json

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.sidecar import McpSidecar
from ritsuko_operator.reconcile.children.write_reason import stamped
from ritsuko_operator.reconcile.cluster import BotKey, Object
from ritsuko_operator.reconcile.memory import Memory
from ritsuko_operator.render import SidecarSelection, config_revision, render
from ritsuko_operator.render.context import RenderContext


class _Spec(NamedTuple):
    """Which state of a resource's spec: the generation counts them."""

    name: str
    uid: str
    generation: int


class _Inputs(NamedTuple):
    """All that rendering depends on: being pure, it gives the same for the same."""

    bot: _Spec
    accepted: tuple[_Spec, ...]
    refused: tuple[str, ...]
    context: RenderContext


class _Remembered(NamedTuple):
    inputs: _Inputs
    manifests: bytes  # JSON
    revision: str


@dataclass(frozen=True)
class Rendered:
    """A bot's manifests, stamped and in the order in which they are applied, and the revision of its config."""

    manifests: list[Object]
    revision: str


class Renderer:
    """Renders bots, and remembers each bot's last rendering."""

    def __init__(self, memory: Memory) -> None:
        self._last = memory.table(dict[BotKey, _Remembered]())

    def render(self, key: BotKey, bot: RitsukoBot, selection: SidecarSelection, context: RenderContext) -> Rendered:
        """Raises `RenderError` if no manifests can be made of the bot."""
        accepted = tuple(_spec(sidecar) for sidecar in selection.accepted)
        inputs = _Inputs(_spec(bot), accepted, tuple(refusal.name for refusal in selection.refused), context)
        last = self._last.get(key)
        if last is not None and last.inputs == inputs:
            return Rendered(from_json(last.manifests, cache_strings="keys"), last.revision)
        manifests = [stamped(manifest) for manifest in render(bot, selection, context)]
        revision = config_revision(bot, selection)
        self._last[key] = _Remembered(inputs, to_json(manifests), revision)
        return Rendered(manifests, revision)


def _spec(resource: RitsukoBot | McpSidecar) -> _Spec:
    return _Spec(resource.metadata.name, resource.metadata.uid, resource.metadata.generation)
