"""One line for each sidecar of a bot: where it stands, and if it doesn't work, why and what to do.

A line speaks of what answers people now: while the bot in one pod uses the sidecar it is ready, and trouble in another
pod, such as the next rollout's, stands beside that in the message.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from ritsuko_api.bot import SidecarPhase, SidecarStatus
from ritsuko_api.reasons import Reason
from ritsuko_api.runtime import ServerReport, ServerState
from ritsuko_common.redaction.redactor import redacted
from ritsuko_common.rfc3339 import format_rfc3339
from ritsuko_operator.reconcile.pods.observation import BOT_CONTAINER, Observation
from ritsuko_operator.reconcile.pods.optional import Trial, Trials
from ritsuko_operator.reconcile.pods.pods import Pod
from ritsuko_operator.reconcile.pods.trouble import (
    Case,
    Diagnosis,
    case_of,
    killed_for_memory,
    representative_pod,
    trouble,
)
from ritsuko_operator.render.manifest import container_name
from ritsuko_operator.render.select import Rejection

_ASKED_FOR = frozenset({Reason.DISABLED, Reason.MCP_DISABLED})
_OUT_OF_MEMORY = "OOMKilled"
_MESSAGE_LIMIT = 1500
_REFUSED_THE_BOT = re.compile(r"\b401\b|unauthorized|\b403\b|forbidden", re.I)


def lines(
    observed: Observation,
    now: datetime,
    *,
    trials: Trials | None = None,
    headers_missing: Mapping[str, str] | None = None,
) -> list[SidecarStatus]:
    """A line for every sidecar that belongs to the bot, by name.

    `trials` are the optional sidecars that failed to start; `headers_missing` says of remote servers
    which header has no value, and why.
    """
    found: list[SidecarStatus] = []
    for sidecar in observed.selection.accepted:
        name = sidecar.metadata.name
        trial = (trials or {}).get(name)
        if trial is not None and trial.left_out:
            found.append(_left_out(name, trial))
        elif sidecar.spec.url is not None:
            found.append(_remote(observed, name, now, (headers_missing or {}).get(name)))
        else:
            found.append(_in_the_pod(observed, name, now, trial))
    found += [_refused(refusal) for refusal in observed.selection.refused]
    return sorted(found, key=lambda line: line.name)


def _in_the_pod(observed: Observation, name: str, now: datetime, trial: Trial | None) -> SidecarStatus:
    server = observed.server(name)
    case = case_of(observed, representative_pod(observed, container_name(name)), container_name(name), now)
    diagnosis = trouble(case) or _handshake(observed, server, _HERE)
    diagnosis = _beside_one_that_answers(diagnosis, observed, case.pod, server) if diagnosis else _survived(case)
    line = _line(name, diagnosis, server)
    tried = {"attempts": trial.attempts, "generation": trial.generation} if trial else {}
    return line.model_copy(update={"restarts": case.container.restarts, **tried})


def _remote(observed: Observation, name: str, now: datetime, missing: str | None) -> SidecarStatus:
    """A server somewhere else: there is no container, and the bot tells how it is."""
    server = observed.server(name)
    diagnosis = trouble(case_of(observed, representative_pod(observed, BOT_CONTAINER), BOT_CONTAINER, now))
    if diagnosis is not None and diagnosis.phase is not SidecarPhase.DISABLED:
        diagnosis = None  # what the bot itself is about, its own conditions say
    if diagnosis is None and missing is not None:
        diagnosis = Diagnosis(SidecarPhase.FAILED, missing)
    return _line(name, diagnosis or _handshake(observed, server, _ELSEWHERE), server)


def _line(name: str, diagnosis: Diagnosis | None, server: ServerReport | None) -> SidecarStatus:
    return SidecarStatus(
        name=name,
        phase=diagnosis.phase if diagnosis else SidecarPhase.READY,
        ready=diagnosis is None or diagnosis.phase is SidecarPhase.READY,
        tools=len(server.tools) if server else 0,
        message=diagnosis.message[:_MESSAGE_LIMIT] if diagnosis else None,
    )


def _left_out(name: str, trial: Trial) -> SidecarStatus:
    return SidecarStatus(
        name=name,
        phase=SidecarPhase.LEFT_OUT,
        ready=False,
        message=trial.message[:_MESSAGE_LIMIT],
        attempts=trial.attempts,
        generation=trial.generation,
        retry_time=format_rfc3339(trial.retry_time) if trial.retry_time else None,
    )


def _beside_one_that_answers(
    diagnosis: Diagnosis, observed: Observation, pod: Pod | None, server: ServerReport | None
) -> Diagnosis:
    """The finding about a pod, when the bot in another pod answers with this sidecar: an older one, or a standby's."""
    reporter = observed.reporter
    if reporter is None or reporter is pod or server is None or server.state is not ServerState.READY:
        return diagnosis
    if diagnosis.phase is SidecarPhase.FAILED:
        where = f"in pod {pod.name}: " if pod else ""
        return Diagnosis(SidecarPhase.READY, f"pod {reporter.name} still uses it; {where}{diagnosis.message}")
    return Diagnosis(SidecarPhase.READY, f"pod {reporter.name} still uses it while another pod starts")


def _survived(case: Case) -> Diagnosis | None:
    """It works, and yet was killed for memory more than once: it will be again."""
    container = case.container
    if container.last_exit is None or container.last_exit.reason != _OUT_OF_MEMORY or container.restarts < 2:
        return None
    return Diagnosis(SidecarPhase.READY, f"it works, but {killed_for_memory(case)}")


def _refused(refusal: Rejection) -> SidecarStatus:
    phase = SidecarPhase.DISABLED if refusal.reason in _ASKED_FOR else SidecarPhase.NOT_ACCEPTED
    return SidecarStatus(name=refusal.name, phase=phase, ready=False, message=refusal.message[:_MESSAGE_LIMIT])


class _Place(NamedTuple):
    """How to speak of a server, by where it runs."""

    but: str
    refuses: str
    fails: str


_HERE = _Place(
    but="its container is ready, but ",
    refuses="make it accept the token in its variable MCP_AUTH_TOKEN, or set `auth.mode` to None",
    fails="check `port`, `path` and that it serves MCP over streamable HTTP",
)
_ELSEWHERE = _Place(
    but="",
    refuses="check the value in the Secret that its `headers` name",
    fails="check `url`, that it serves MCP over streamable HTTP, and that the bot's pod can reach it",
)


def _handshake(observed: Observation, server: ServerReport | None, place: _Place) -> Diagnosis | None:
    """What the bot says of a server that has nothing else in its way."""
    if observed.report is None:
        return Diagnosis(SidecarPhase.STARTING, f"{place.but}the bot has not reported a handshake yet")
    if server is None:
        return Diagnosis(SidecarPhase.STARTING, "the bot has not loaded its configuration yet")
    if server.state is ServerState.READY:
        return None
    if server.state is ServerState.CONNECTING and not server.error:
        return Diagnosis(SidecarPhase.STARTING, "the bot is connecting to it")
    phase = SidecarPhase.STARTING if server.state is ServerState.CONNECTING else SidecarPhase.FAILED
    error = redacted(server.error or str(server.state))
    if _REFUSED_THE_BOT.search(error):
        return Diagnosis(phase, f"{place.but}it rejects the bot's credentials: {error}; {place.refuses}")
    return Diagnosis(phase, f"{place.but}the bot cannot use it: {error}; {place.fails}")
