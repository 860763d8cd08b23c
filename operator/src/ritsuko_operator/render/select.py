"""Which sidecars a bot runs, and why it does not run the others."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from ritsuko_api.bot import HTTP_PORT, RitsukoBot
from ritsuko_api.reasons import Reason
from ritsuko_api.sidecar import McpSidecar, Transport
from ritsuko_operator.render.mounts import RESERVED_VOLUMES, by_name, sidecar_volumes
from ritsuko_operator.render.presets import port_name_of, port_of

_THE_BOT = "the bot itself"


@dataclass(frozen=True)
class Rejection:
    """A sidecar that belongs to the bot and is not run."""

    name: str
    reason: Reason
    message: str


@dataclass(frozen=True)
class SidecarSelection:
    """The sidecars of one bot; both lists are sorted by name."""

    accepted: list[McpSidecar] = field(default_factory=list[McpSidecar])
    refused: list[Rejection] = field(default_factory=list[Rejection])

    def in_pod(self, left_out: Container[str]) -> list[McpSidecar]:
        """Those of the accepted that have a container in the pod: no remote ones, and none that is left out."""
        return [one for one in self.accepted if not one.spec.remote and one.metadata.name not in left_out]


def belongs(bot: RitsukoBot, sidecar: McpSidecar) -> bool:
    """Whether the sidecar names the bot, or the bot selects the sidecar."""
    if sidecar.metadata.namespace != bot.metadata.namespace:
        return False
    if sidecar.spec.bot_ref is not None and sidecar.spec.bot_ref.name == bot.metadata.name:
        return True
    selector = bot.spec.mcp_sidecars.selector
    return selector is not None and selector.match_labels.items() <= sidecar.metadata.labels.items()


def age(sidecar: McpSidecar) -> tuple[str, str]:
    """What sidecars are sorted by where two cannot run together: the older one does, or the first by name."""
    return sidecar.metadata.creation_timestamp or "", sidecar.metadata.name


def accept(
    bot: RitsukoBot, sidecars: Iterable[McpSidecar], *, invalid: Mapping[str, str] = MappingProxyType({})
) -> SidecarSelection:
    """Settles which of the sidecars run in the bot's pod.

    Where two cannot run together the older one does, and of two of the same age the first by name. `invalid` are those
    that the apiserver will not have in a pod, each with what it says of it.
    """
    mine = [one for one in sidecars if belongs(bot, one) and one.metadata.deletion_timestamp is None]
    pod = _Pod(bot, invalid)
    accepted: list[McpSidecar] = []
    refused: list[Rejection] = []
    for sidecar in sorted(mine, key=age):
        refusal = pod.refusal(sidecar)
        if refusal is None:
            pod.admit(sidecar)
            accepted.append(sidecar)
        else:
            refused.append(refusal)
    # By name, so that the order of containers in the pod does not change when a sidecar is deleted and created again.
    return SidecarSelection(
        accepted=sorted(accepted, key=lambda one: one.metadata.name),
        refused=sorted(refused, key=lambda one: one.name),
    )


class _Pod:
    """What is taken in the pod so far, and by whom."""

    def __init__(self, bot: RitsukoBot, invalid: Mapping[str, str]) -> None:
        self._bot = bot
        self._invalid = invalid
        self._ports: dict[int, str] = {HTTP_PORT: _THE_BOT}
        self._port_names: dict[str, str] = {"http": _THE_BOT}
        self._shared = by_name(bot.spec.volumes)
        self._volumes: dict[str, tuple[str, dict[str, Any] | None]] = {
            **{name: (_THE_BOT, volume) for name, volume in self._shared.items()},
            **dict.fromkeys(RESERVED_VOLUMES, (_THE_BOT, None)),
        }

    def refusal(self, sidecar: McpSidecar) -> Rejection | None:
        """The first reason against the sidecar."""
        checks: tuple[Callable[[McpSidecar], tuple[Reason, str] | None], ...] = (
            self._switched_off,
            self._incomplete,
            self._is_invalid,
            self._port_taken,
            self._volume_taken,
            self._volume_missing,
        )
        for check in checks:
            if found := check(sidecar):
                return Rejection(sidecar.metadata.name, *found)
        return None

    def admit(self, sidecar: McpSidecar) -> None:
        if sidecar.spec.remote:
            return
        owner = f"sidecar {sidecar.metadata.name}"
        port = port_of(sidecar)
        assert port is not None, "checked by `refusal`"
        self._ports[port] = owner
        self._port_names[port_name_of(sidecar)] = owner
        for name, volume in by_name(sidecar_volumes(sidecar)).items():
            self._volumes.setdefault(name, (owner, volume))

    def _switched_off(self, sidecar: McpSidecar) -> tuple[Reason, str] | None:
        if not self._bot.spec.mcp_sidecars.enabled:
            message = f"MCP is disabled for bot {self._bot.metadata.name}: set its mcpSidecars.enabled to true"
            return Reason.MCP_DISABLED, message
        if not sidecar.spec.enabled:
            return Reason.DISABLED, "it is disabled: set `enabled` to true"
        return None

    def _incomplete(self, sidecar: McpSidecar) -> tuple[Reason, str] | None:
        spec = sidecar.spec
        if spec.remote:
            return None
        if port_of(sidecar) is None or (spec.server is None and spec.image is None):
            message = "set `server` to one of our servers, or set `image` and `port`, or the `url` of a remote server"
            return Reason.INCOMPLETE, message
        if spec.transport is Transport.STDIO and not spec.command:
            return Reason.INCOMPLETE, "set `command` to the program that speaks MCP over standard input and output"
        return None

    def _is_invalid(self, sidecar: McpSidecar) -> tuple[Reason, str] | None:
        words = self._invalid.get(sidecar.metadata.name)
        if words is None:
            return None
        message = (
            f"the apiserver rejects a pod with it, so the bot runs without it: {words}: change the sidecar, or "
            f"`mcpSidecars.defaults` or `podTemplate` of bot {self._bot.metadata.name}"
        )
        return Reason.INVALID_SPEC, message

    def _port_taken(self, sidecar: McpSidecar) -> tuple[Reason, str] | None:
        if sidecar.spec.remote:
            return None
        port = port_of(sidecar)
        if port in self._ports:
            message = f"port {port} is taken by {self._ports[port]}: choose another `port`"
            return Reason.PORT_TAKEN, message
        name = port_name_of(sidecar)
        if name in self._port_names:
            message = f"the port name {name} is taken by {self._port_names[name]}: choose another `portName`"
            return Reason.PORT_NAME_TAKEN, message
        return None

    def _volume_taken(self, sidecar: McpSidecar) -> tuple[Reason, str] | None:
        for volume in sidecar_volumes(sidecar):
            owner, there = self._volumes.get(volume["name"], ("", volume))
            if there != volume:
                message = f"the volume name {volume['name']} is taken by {owner}: choose another name"
                return Reason.VOLUME_TAKEN, message
        return None

    def _volume_missing(self, sidecar: McpSidecar) -> tuple[Reason, str] | None:
        known = by_name(sidecar.spec.volumes).keys() | self._shared.keys()
        for mount in sidecar.spec.volume_mounts:
            if mount["name"] not in known:
                message = (
                    f"the volume {mount['name']} to mount at {mount['mountPath']} does not exist: add it to the "
                    "`volumes` of the sidecar or of the bot"
                )
                return Reason.VOLUME_MISSING, message
        return None
