"""What the apiserver itself says of the operator's writes: its audit log, with the body of each."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from tests.cluster import ControlPlane
from tests.cluster.cluster import clear_abandoned
from tests.cluster.folders import owned

_OPERATOR = "system:serviceaccount:ritsuko-system:ritsuko-operator"
_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "Request", "users": [_OPERATOR], "verbs": ["create", "update", "patch", "delete"]},
        {"level": "None"},
    ],
}
_FLUSHED = 0.2  # seconds


@dataclass(frozen=True)
class Write:
    """One request that changed something, or tried to."""

    verb: str
    resource: str  # with its subresource, such as `ritsukobots/status`
    namespace: str
    name: str
    code: int
    path: str
    body: Any


class AuditedPlane(ControlPlane):
    """A control plane that notes what the operator writes, or what another `policy` says."""

    policy: ClassVar[dict[str, Any]] = _POLICY

    def _apiserver_command(self) -> list[str]:
        policy = self.folder / "audit-policy.json"
        policy.write_text(json.dumps(self.policy))
        return [
            *super()._apiserver_command(),
            f"--audit-policy-file={policy}",
            f"--audit-log-path={self.audit_log}",
            # not in the request's own way, and still soon
            "--audit-log-mode=batch",
            "--audit-log-batch-max-size=200",
            f"--audit-log-batch-max-wait={_FLUSHED:g}s",
        ]

    @property
    def audit_log(self) -> Path:
        return self.folder / "audit.log"


class Audit:
    """Reads the log from where it was read last."""

    def __init__(self, plane: AuditedPlane) -> None:
        self._log = plane.audit_log
        self._offset = 0
        self.writes: list[Write] = []

    def read(self) -> int:
        """How many writes there have been so far."""
        if self._log.exists():
            with self._log.open("rb") as log:
                log.seek(self._offset)
                for line in log:
                    if not line.endswith(b"\n"):
                        break
                    self._offset += len(line)
                    event = json.loads(line)
                    if "dryRun=" not in event["requestURI"]:
                        self.writes.append(_write(event))
        return len(self.writes)

    async def settled(self, *, quiet: float = 2.0, within: float = 120.0) -> int:
        """Waits until nothing was written for `quiet` seconds; returns how many writes there have been."""
        known = self.read()
        try:
            async with asyncio.timeout(within):
                since = time.monotonic()
                while time.monotonic() - since < quiet + _FLUSHED:
                    await asyncio.sleep(0.2)
                    if (now := self.read()) != known:
                        known, since = now, time.monotonic()
        except TimeoutError as error:
            last = ", ".join(f"{write.verb} {write.path}" for write in self.writes[-3:])
            raise TimeoutError(f"it went on writing for {within:g} s: {last}") from error
        return known

    def since(self, mark: int) -> list[Write]:
        return self.writes[mark:]


def by_kind(writes: Sequence[Write]) -> Counter[str]:
    return Counter(write.resource for write in writes)


@contextmanager
def audited_plane() -> Iterator[AuditedPlane]:
    """Like `control_plane`, with the log."""
    clear_abandoned()
    with AuditedPlane(owned()) as plane:
        yield plane


def _write(event: dict[str, Any]) -> Write:
    what = event["objectRef"]
    subresource = what.get("subresource")
    return Write(
        event["verb"],
        f"{what['resource']}/{subresource}" if subresource else what["resource"],
        what.get("namespace", ""),
        what.get("name", ""),
        event["responseStatus"]["code"],
        event["requestURI"],
        event.get("requestObject"),
    )
