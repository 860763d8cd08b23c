"""One line for each sidecar of a bot: where it stands, and if it doesn't work, why and what to do.

A line speaks of what answers people now: while the bot in one pod uses the sidecar it is ready, and trouble in another
pod, such as the next rollout's, stands beside that in the message.
"""

from __future__ import annotations

import re

from ritsuko_api.bot import SidecarPhase, SidecarStatus
from ritsuko_api.runtime import ServerReport, ServerState
from ritsuko_operator.reconcile.observation import Observation
from ritsuko_operator.reconcile.pods import Pod
from ritsuko_operator.reconcile.redaction import without_credentials
from ritsuko_operator.reconcile.trouble import Case, Finding, case_of, killed_for_memory, speaking_pod, trouble
from ritsuko_operator.render.select import Reason, Refusal

_ASKED_FOR = frozenset({Reason.DISABLED, Reason.MCP_DISABLED})
_OUT_OF_MEMORY = "OOMKilled"
_MESSAGE_LIMIT = 1500
_REFUSED_THE_TOKEN = re.compile(r"\b401\b|unauthorized|\b403\b|forbidden", re.I)


def container_name(sidecar: str) -> str:
    return f"mcp-{sidecar}"


def lines(seen: Observation, now: str) -> list[SidecarStatus]:
    """A line for every sidecar that belongs to the bot, by name. `now` is RFC 3339."""
    found = [_accepted(seen, sidecar.metadata.name, now) for sidecar in seen.selection.accepted]
    found += [_refused(refusal) for refusal in seen.selection.refused]
    return sorted(found, key=lambda line: line.name)


def _accepted(seen: Observation, name: str, now: str) -> SidecarStatus:
    server = seen.server(name)
    case = case_of(seen, speaking_pod(seen, container_name(name)), container_name(name), now)
    finding = trouble(case) or _handshake(seen, name, server)
    finding = _beside_one_that_answers(finding, seen, case.pod, server) if finding else _survived(case)
    return SidecarStatus(
        name=name,
        phase=finding.phase if finding else SidecarPhase.READY,
        ready=finding is None or finding.phase is SidecarPhase.READY,
        restarts=case.container.restarts,
        tools=len(server.tools) if server else 0,
        message=finding.message[:_MESSAGE_LIMIT] if finding else None,
    )


def _beside_one_that_answers(
    finding: Finding, seen: Observation, pod: Pod | None, server: ServerReport | None
) -> Finding:
    """The finding about a pod, when the bot in another pod answers with this sidecar: an older one, or a standby's."""
    reporter = seen.reporter
    if reporter is None or reporter is pod or server is None or server.state is not ServerState.READY:
        return finding
    if finding.phase is SidecarPhase.FAILED:
        where = f"in pod {pod.name}: " if pod else ""
        return Finding(SidecarPhase.READY, f"pod {reporter.name} answers with it; {where}{finding.message}")
    return Finding(SidecarPhase.READY, f"pod {reporter.name} answers while another one starts")


def _survived(case: Case) -> Finding | None:
    """It works, and yet was killed for memory more than once: it will be again."""
    container = case.container
    if container.last_exit is None or container.last_exit.reason != _OUT_OF_MEMORY or container.restarts < 2:
        return None
    return Finding(SidecarPhase.READY, f"it works, but {killed_for_memory(case)}")


def _refused(refusal: Refusal) -> SidecarStatus:
    phase = SidecarPhase.DISABLED if refusal.reason in _ASKED_FOR else SidecarPhase.NOT_ACCEPTED
    return SidecarStatus(name=refusal.name, phase=phase, ready=False, message=refusal.message[:_MESSAGE_LIMIT])


def _handshake(seen: Observation, name: str, server: ServerReport | None) -> Finding | None:
    """What the bot says of it. Its container is ready."""
    if seen.report is None:
        return Finding(SidecarPhase.STARTING, "the container is ready, but the bot has not reported a handshake yet")
    if server is None:
        return Finding(SidecarPhase.STARTING, "the bot has not loaded the configuration that names it yet")
    if server.state is ServerState.READY:
        return None
    if server.state is ServerState.CONNECTING and not server.error:
        return Finding(SidecarPhase.STARTING, "the bot is connecting to it")
    phase = SidecarPhase.STARTING if server.state is ServerState.CONNECTING else SidecarPhase.FAILED
    error = without_credentials(server.error or str(server.state))
    if _REFUSED_THE_TOKEN.search(error):
        remedy = "it must take the token in its variable MCP_AUTH_TOKEN, or set `auth.mode` to None"
        return Finding(phase, f"its container is ready, but it refuses the bot: {error}; {remedy}")
    remedy = "check `port`, `path` and that it serves MCP over streamable HTTP"
    return Finding(phase, f"its container is ready, but the bot cannot use it: {error}; {remedy}")
