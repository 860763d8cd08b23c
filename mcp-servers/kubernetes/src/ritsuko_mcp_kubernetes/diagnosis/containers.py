"""What is wrong with one container of a pod."""

from __future__ import annotations

import shlex
from datetime import datetime, timedelta
from typing import NamedTuple

from ritsuko_common.exit_codes import Exit, exit_of
from ritsuko_common.pull_failures import PULL_REASONS, pull_failure
from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.diagnosis.finding import Severity
from ritsuko_mcp_kubernetes.objects.ages import elapsed
from ritsuko_mcp_kubernetes.objects.fields import at, texts
from ritsuko_mcp_kubernetes.objects.quoting import quoted

_CANNOT_START = ("CreateContainerError", "RunContainerError", "ContainerCannotRun", "StartError", "PostStartHookError")
_RECENT = timedelta(hours=1)
_PROBE_PATIENCE = timedelta(seconds=60)
# A container in a crash loop runs for a moment between its ends: a few seconds of it are not a recovery.
_LOOPS, _STEADY = 2, timedelta(seconds=10)


class Trouble(NamedTuple):
    """What is wrong, without with whom."""

    severity: Severity
    reason: str
    cause: str
    advice: str
    since: str = ""


def trouble(spec: Json, status: Json, *, init: bool, ready_since: str, now: datetime) -> Trouble | None:
    """The worst about a container, or None. `ready_since` is when the pod's Ready condition last changed."""
    what = ("init container" if init else "container") + f" {spec.get('name')}"
    waiting = at(status, "state", "waiting")
    if waiting:
        return _waiting(what, spec, status, waiting)
    ended = at(status, "state", "terminated")
    if ended:
        return None if ended.get("exitCode") == 0 else _ended(what, spec, status, ended)
    if "running" not in (status.get("state") or {}):
        return None
    if init:
        return None
    return _running(what, spec, status, ready_since=ready_since, now=now)


def _waiting(what: str, spec: Json, status: Json, waiting: Json) -> Trouble | None:
    reason, message = str(waiting.get("reason") or ""), str(waiting.get("message") or "")
    last = at(status, "lastState", "terminated")
    if reason == "CrashLoopBackOff":
        return _crash_loop(what, spec, status, last)
    if reason in PULL_REASONS:
        image = str(spec.get("image"))
        failure = pull_failure(reason, message, image=image)
        return Trouble(
            Severity.CRITICAL,
            "ImagePull",
            f"{what}: {failure.sentence}, image {image}:{quoted(message, 300)}",
            f"{failure.advice[0].upper()}{failure.advice[1:]}.",
        )
    if reason == "CreateContainerConfigError":
        return Trouble(
            Severity.CRITICAL,
            "MissingConfig",
            f"{what} references missing configuration:{quoted(message, 300)}",
            "Create it in this namespace, correct the name or key, or mark the reference as optional.",
        )
    if reason in _CANNOT_START:
        return _cannot_start(what, message or reason, "")
    if last and last.get("exitCode") not in (0, None):
        return _crash_loop(what, spec, status, last)
    return None


def _cannot_start(what: str, message: str, since: str) -> Trouble:
    return Trouble(
        Severity.CRITICAL,
        "CannotStart",
        f"{what} failed to start:{quoted(message, 400)}",
        "Check command, args, workingDir, mounts and securityContext against the image.",
        since,
    )


def _crash_loop(what: str, spec: Json, status: Json, last: Json) -> Trouble:
    times = status.get("restartCount") or 0
    since = str(last.get("finishedAt") or "")
    if last.get("reason") == "OOMKilled":
        return Trouble(Severity.CRITICAL, "OutOfMemory", f"{what} is {_oom(spec, times)}", _OOM_ADVICE, since)
    if last.get("reason") in _CANNOT_START:
        return _cannot_start(what, str(last.get("message") or last["reason"]), since)
    note = f":{quoted(str(last.get('message')), 300)}" if last.get("message") else ""
    return Trouble(
        Severity.CRITICAL,
        "CrashLoop",
        f"{what} keeps exiting ({times} restarts), last with {_exit(last)}{note}",
        _exit(last).advice,
        since,
    )


def _ended(what: str, spec: Json, status: Json, ended: Json) -> Trouble:
    if status.get("restartCount"):
        return _crash_loop(what, spec, status, ended)
    since = str(ended.get("finishedAt") or "")
    if ended.get("reason") == "OOMKilled":
        return Trouble(Severity.CRITICAL, "OutOfMemory", f"{what} was {_oom(spec, 0)}", _OOM_ADVICE, since)
    return Trouble(Severity.CRITICAL, "Failed", f"{what} ended with {_exit(ended)}", _exit(ended).advice, since)


def _running(what: str, spec: Json, status: Json, *, ready_since: str, now: datetime) -> Trouble | None:
    last = at(status, "lastState", "terminated")
    ended_lately = bool(last) and elapsed(last.get("finishedAt"), now) < _RECENT
    times = status.get("restartCount") or 0
    if ended_lately and last.get("reason") == "OOMKilled":
        return Trouble(
            Severity.WARNING if status.get("ready") else Severity.CRITICAL,
            "OutOfMemory",
            f"{what} was {_oom(spec, times)}",
            _OOM_ADVICE,
            str(last.get("finishedAt")),
        )
    up = elapsed(at(status, "state", "running").get("startedAt"), now)
    if ended_lately and last.get("exitCode") not in (0, None) and times >= _LOOPS and up < _STEADY:
        return _crash_loop(what, spec, status, last)
    if not status.get("ready") and up > _PROBE_PATIENCE:
        probe = "startupProbe" if status.get("started") is False else "readinessProbe"
        return Trouble(
            Severity.CRITICAL,
            "ProbeFailing",
            f"{what} is running but its {_PROBES[probe]} fails ({_asked(at(spec, probe))})",
            "Check the path, the port and the delay, and that the process listens on all addresses.",
            ready_since,
        )
    if ended_lately and last.get("exitCode") not in (0, None):
        return Trouble(
            Severity.WARNING,
            "Restarted",
            f"{what} restarted {_counted(times)}, last after {_exit(last)}",
            "Check its previous log, and whether its liveness probe is too strict.",
            str(last.get("finishedAt")),
        )
    return None


_PROBES = {"startupProbe": "startup probe", "readinessProbe": "readiness probe"}
_OOM_ADVICE = "Raise resources.limits.memory, or find what uses the memory."


def _oom(spec: Json, times: int) -> str:
    limit = at(spec, "resources", "limits").get("memory") or "none; the node ran out of memory"
    return f"killed for memory ({_counted(times)} restarted; limit {limit})"


def _exit(terminated: Json) -> Exit:
    code = terminated.get("exitCode")
    return exit_of(code if isinstance(code, int) else 255, str(terminated.get("reason") or ""))


def _counted(times: int) -> str:
    return "once" if times == 1 else f"{times} times"


def _asked(probe: Json) -> str:
    if http := at(probe, "httpGet"):
        return f"GET {http.get('path', '/')} on port {http.get('port')}"
    if tcp := at(probe, "tcpSocket"):
        return f"TCP port {tcp.get('port')}"
    if grpc := at(probe, "grpc"):
        return f"gRPC port {grpc.get('port')}"
    if exec_ := at(probe, "exec"):
        return "command " + shlex.join(texts(exec_, "command"))
    return "a readiness gate, or a probe that was changed"
