"""Log stores to read from, filled with the same entries: a real VictoriaLogs, and what Loki's reference describes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from ritsuko_mcp_logs.lines import timestamp
from tests.cluster.victorialogs import VictoriaLogs
from tests.integration.mcp_logs.fake_loki import FakeLoki

START = 1_790_000_000
"""2026-09-21T14:13:20Z, where the entries begin."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a pod wrote `offset` seconds after START, and what its collector made of it."""

    offset: float
    text: str
    pod: str = "web-1"
    namespace: str = "shop"
    container: str = "app"
    app: str = "web"
    fields: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def nanoseconds(self) -> int:
        return round((START + self.offset) * 1e6) * 1000


class Filled(Protocol):
    """A store that takes entries, and how a server of ours is told about it."""

    settings: dict[str, Any]

    def push(self, entries: Iterable[Entry]) -> None: ...


class FilledVictoriaLogs:
    """Each test has a tenant of its own in one VictoriaLogs."""

    def __init__(self, real: VictoriaLogs, tenant: int) -> None:
        self._real = real
        self._tenant = tenant
        self.settings = {"victorialogs_url": real.url, "victorialogs_tenant": f"{tenant}:0"}

    def push(self, entries: Iterable[Entry]) -> None:
        rows = [
            {
                "_time": timestamp(entry.nanoseconds).decode(),
                "_msg": entry.text,
                "namespace": entry.namespace,
                "pod": entry.pod,
                "container": entry.container,
                "app": entry.app,
                **entry.fields,
            }
            for entry in entries
        ]
        self._real.push(rows, stream="namespace,pod,container,app", account=self._tenant)


class FilledLoki:
    """The rest of an entry's fields is structured metadata."""

    def __init__(self, fake: FakeLoki) -> None:
        self.fake = fake
        self.settings = {"loki_url": fake.url, "loki_tenant": "team-a"}

    def push(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            labels = {"namespace": entry.namespace, "pod": entry.pod, "container": entry.container, "app": entry.app}
            self.fake.push(labels, entry.nanoseconds, entry.text, **entry.fields)
