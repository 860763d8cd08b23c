"""Sidecars that the apiserver will not have in their bot's pod: remembered, so that it is not asked again.

A refusal holds for one state of the specs of both, since a container comes from both: whatever changes in one of them,
the sidecar is tried again. So it is after an hour: what the cluster allows may have changed by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.reasons import Reason
from ritsuko_api.sidecar import McpSidecar
from ritsuko_operator.reconcile import times
from ritsuko_operator.reconcile.cluster import BotKey
from ritsuko_operator.reconcile.memory import Memory
from ritsuko_operator.render.select import SidecarSelection


class _Specs(NamedTuple):
    """Which state of both specs: the generations count them."""

    bot: tuple[str, int]
    sidecar: tuple[str, int]


class Refused(NamedTuple):
    """What the apiserver said, of what, and when."""

    specs: _Specs
    words: str
    at: datetime


HOLDS = 3600.0  # seconds

ByName = Mapping[str, Refused]

_NONE: ByName = MappingProxyType({})


class Refusals:
    """What was refused, bot by bot: of each only what belongs to it now."""

    def __init__(self, memory: Memory) -> None:
        self._known = memory.table(dict[BotKey, ByName]())

    def of(self, key: BotKey) -> ByName:
        """All of the bot's, by the sidecar's name: the same object until there is something new."""
        return self._known.get(key, _NONE)

    def note(self, bot: RitsukoBot, selection: SidecarSelection, words: Mapping[str, str], now: datetime) -> None:
        """The apiserver refuses these of the accepted sidecars. Of what it refused before stays what still holds."""
        key = BotKey(bot.metadata.namespace, bot.metadata.name)
        holds = {refusal.name for refusal in selection.refused if refusal.reason is Reason.INVALID_SPEC}
        known = {name: refused for name, refused in self.of(key).items() if name in holds}
        new = {
            one.metadata.name: Refused(_specs(bot, one), words[one.metadata.name], now)
            for one in selection.accepted
            if one.metadata.name in words
        }
        self._known[key] = {**known, **new}

    def drop_old(self, key: BotKey, now: datetime) -> None:
        """Those that have held for long enough are to be tried again."""
        known = self.of(key)
        kept = {name: refused for name, refused in known.items() if times.since(refused.at, now) < HOLDS}
        if len(kept) < len(known):
            self._known[key] = kept

    def next_try(self, key: BotKey, now: datetime) -> float | None:
        """In how many seconds the first of the bot's is to be tried again."""
        left = [HOLDS - times.since(refused.at, now) for refused in self.of(key).values()]
        return max(min(left), 1.0) if left else None


def holding(refusals: ByName, bot: RitsukoBot, sidecars: Iterable[McpSidecar]) -> dict[str, str]:
    """What the apiserver said of those of the sidecars that are still what it refused, by name."""
    return {
        one.metadata.name: refused.words
        for one in sidecars
        if (refused := refusals.get(one.metadata.name)) is not None and refused.specs == _specs(bot, one)
    }


def _specs(bot: RitsukoBot, sidecar: McpSidecar) -> _Specs:
    return _Specs(_state(bot), _state(sidecar))


def _state(resource: RitsukoBot | McpSidecar) -> tuple[str, int]:
    return resource.metadata.uid, resource.metadata.generation
