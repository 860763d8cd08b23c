"""One container of a bot's pod, as the kubelet tells of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ritsuko_common.rfc3339 import parse_rfc3339_if_any
from ritsuko_operator.reconcile.objects import mapping_at

# The kubelet alternates between the registry's message and the same with this in front, while it waits to try again.
_BACKING_OFF = re.compile(r'^(Back-off pulling image "[^"]*"(: )?)?(ErrImagePull(: )?)?')


@dataclass(frozen=True)
class Exit:
    """How a container's process ended."""

    code: int
    reason: str
    message: str = ""  # what it left for people; if it left nothing, the end of its log
    at: datetime | None = None


@dataclass(frozen=True)
class Container:
    """One container's status."""

    name: str
    image: str = ""
    ready: bool = False
    running: bool = False
    since: datetime | None = None  # since when it runs
    started: bool = True  # False while its startup probe has not succeeded
    restarts: int = 0
    waiting: str = ""  # the reason that it waits for, such as ImagePullBackOff
    waiting_message: str = ""
    last_exit: Exit | None = None
    memory_limit: str = ""
    probe: str = ""  # the probe that makes it ready, in words
    ends: bool = False  # an init container that runs once, before the others


def parse_container(status: Mapping[str, Any], spec: Mapping[str, Any], *, init: bool = False) -> Container:
    """Reads a `v1.ContainerStatus`, with the container that it is of."""
    state = status.get("state", {})
    waiting = state.get("waiting", {})
    ended = state.get("terminated") or mapping_at(status, "lastState").get("terminated")
    return Container(
        name=status["name"],
        image=status.get("image", ""),
        ready=bool(status.get("ready", False)),
        running="running" in state,
        since=parse_rfc3339_if_any(mapping_at(state, "running").get("startedAt")),
        started=status.get("started") is not False,
        restarts=int(status.get("restartCount", 0)),
        waiting=waiting.get("reason", ""),
        waiting_message=_BACKING_OFF.sub("", waiting.get("message", ""), count=1).strip(),
        last_exit=_exit(ended) if ended else None,
        memory_limit=mapping_at(spec, "resources", "limits").get("memory", ""),
        probe=_in_words(mapping_at(spec, "readinessProbe")),
        ends=init and spec.get("restartPolicy") != "Always",
    )


def _exit(state: Mapping[str, Any]) -> Exit:
    return Exit(
        int(state.get("exitCode", 0)),
        state.get("reason", ""),
        state.get("message", "").strip(),
        parse_rfc3339_if_any(state.get("finishedAt")),
    )


def _in_words(probe: Mapping[str, Any]) -> str:
    if http := mapping_at(probe, "httpGet"):
        return f"GET {http.get('path', '/')} at port {http.get('port')}"
    if socket := mapping_at(probe, "tcpSocket") or mapping_at(probe, "grpc"):
        return f"port {socket.get('port')}"
    command = mapping_at(probe, "exec").get("command")
    return " ".join(command) if command else ""
