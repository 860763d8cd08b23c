"""How a sidecar's container ends: after the bot, which may still be asking it something.

Kubernetes ends all containers of a pod at the same moment, and a server that listens no more refuses the call for a
message that the bot took just before. A native sidecar is ended after the other containers anyway.
"""

from __future__ import annotations

from typing import Any

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.sidecar import McpSidecar

_GRACE = 30  # seconds for a pod to end, unless podTemplate says otherwise
_BOT_ENDS_WITHIN = 8  # seconds for the bot to answer what it has begun with and to save its position


def grace_period(bot: RitsukoBot) -> int:
    """The seconds that the bot's pods have to end."""
    patch = bot.spec.pod_template
    said = (patch.spec or {}).get("terminationGracePeriodSeconds") if patch else None
    return said if isinstance(said, int) else _GRACE


def sidecar_lifecycle(bot: RitsukoBot, sidecar: McpSidecar) -> dict[str, Any] | None:
    """The user's own hooks; where there is none before the stop, the container waits for the bot to end.

    A hook may not sleep for longer than the pod has to end: the API refuses that.
    """
    own = sidecar.spec.lifecycle
    seconds = min(_BOT_ENDS_WITHIN, grace_period(bot))
    if sidecar.spec.native or (own and "preStop" in own) or seconds < 1:
        return own
    return {**(own or {}), "preStop": {"sleep": {"seconds": seconds}}}
