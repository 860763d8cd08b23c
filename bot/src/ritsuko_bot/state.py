"""The state of the bot, from which its report, its readiness and its metrics are derived."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from ritsuko_api.config import McpConfig
from ritsuko_api.runtime import RuntimeReport, ServerState
from ritsuko_bot.chat.zulip.status import ZulipState, ZulipStatus
from ritsuko_bot.cluster.lease import Lease
from ritsuko_bot.mcp.config_file import ConfigFile
from ritsuko_bot.mcp.servers import Servers
from ritsuko_bot.metrics import Metrics

_LONGEST_ERROR = 4096


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity of this process."""

    pod: str
    pod_uid: str
    version: str


@dataclass(slots=True)
class State:
    """The parts of a running bot. Without a cluster there is no `lease`."""

    identity: Identity
    servers: Servers
    config_file: ConfigFile
    zulip: ZulipStatus
    metrics: Metrics
    lease: Lease | None = None
    config_loaded: bool = field(default=False, init=False)

    async def apply(self, config: McpConfig) -> None:
        """Applies a config, and notes that there was a valid one."""
        await self.servers.apply(config)
        self.config_loaded = True

    def answers(self) -> bool:
        """Whether this pod is the active one."""
        return self.lease is None or self.lease.held

    def report(self) -> RuntimeReport:
        """What this pod runs now."""
        error = self.config_file.error
        return RuntimeReport(
            pod=self.identity.pod,
            podUid=self.identity.pod_uid,
            version=self.identity.version,
            configRevision=self.servers.revision,
            configError=error[:_LONGEST_ERROR] if error else None,
            zulip=self.zulip.report(),
            servers=self.servers.reports(),
        )

    def not_ready_because(self) -> list[str]:
        """Why the bot is not ready; empty when it is.

        A standby that does not hold the Lease is ready too, or no rollout would end; but only once Zulip has accepted
        its credentials, or a pod with wrong ones would replace one that works. A config that becomes invalid later
        leaves the last valid one in use.
        """
        reasons: list[str] = []
        if not self.config_loaded:
            reasons.append(f"config: {self.config_file.error or 'not read yet'}")
        if not self.zulip.proven:
            reasons.append(f"Zulip: {self.zulip.message}")
        if self.lease is not None and self.lease.problem:
            reasons.append(f"lease: {self.lease.problem}")
        return reasons

    def metrics_text(self) -> bytes:
        """The metrics with current gauges, in Prometheus' text format."""
        metrics = self.metrics
        metrics.zulip_connected.set(self.zulip.state is ZulipState.CONNECTED)
        metrics.lease_held.set(self.answers())
        metrics.config_refused.set(self.config_file.error is not None)
        metrics.tasks.set(len(asyncio.all_tasks()))
        metrics.config.clear()
        metrics.config.labels(self.servers.revision or "").set(1)
        metrics.servers.clear()
        for server in self.servers.reports():
            metrics.servers.labels(server.name).set(server.state is ServerState.READY)
        return metrics.text()
