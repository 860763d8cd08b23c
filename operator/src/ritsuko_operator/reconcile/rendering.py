"""Rendering, remembered: most reconciles are about a pod or a report, and would render the same again."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import NamedTuple

from ritsuko_api.bot import RitsukoBot, RitsukoBotSpec
from ritsuko_api.sidecar import McpSidecarSpec
from ritsuko_operator.reconcile.cluster import BotKey, Object
from ritsuko_operator.reconcile.compare import stamped
from ritsuko_operator.render import Selection, config_revision, render
from ritsuko_operator.render.facts import Facts

_REMEMBERED = 32  # bots


class _Inputs(NamedTuple):
    """All that rendering depends on: being pure, it gives the same for the same."""

    uid: str
    spec: RitsukoBotSpec
    accepted: list[tuple[str, McpSidecarSpec]]
    facts: Facts


@dataclass(frozen=True)
class Rendered:
    """A bot's manifests, stamped and in the order in which they are applied, and the revision of its config."""

    manifests: list[Object]
    revision: str


class Renderer:
    """Renders bots, and remembers the last rendering of those that were rendered last."""

    def __init__(self) -> None:
        self._last: OrderedDict[BotKey, tuple[_Inputs, Rendered]] = OrderedDict()  # the one used longest ago first

    def render(self, key: BotKey, bot: RitsukoBot, selection: Selection, facts: Facts) -> Rendered:
        """Raises `RenderError` if no manifests can be made of the bot. Nobody may change what is returned."""
        accepted = [(sidecar.metadata.name, sidecar.spec) for sidecar in selection.accepted]
        inputs = _Inputs(bot.metadata.uid, bot.spec, accepted, facts)
        if key in self._last and self._last[key][0] == inputs:
            self._last.move_to_end(key)
            return self._last[key][1]
        manifests = [stamped(manifest) for manifest in render(bot, selection, facts)]
        rendered = Rendered(manifests, config_revision(bot, selection))
        self._last[key] = (inputs, rendered)
        self._last.move_to_end(key)
        if len(self._last) > _REMEMBERED:
            self._last.popitem(last=False)
        return rendered

    def forget(self, key: BotKey) -> None:
        self._last.pop(key, None)
