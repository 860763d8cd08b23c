"""Real log stores to read from, filled with the same entries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from ritsuko_mcp_logs.lines.stream import timestamp
from tests.cluster import loki
from tests.cluster.loki import Loki
from tests.cluster.opensearch import OpenSearch
from tests.cluster.victorialogs import VictoriaLogs

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
    """Each test has a tenant of its own in one Loki. The rest of an entry's fields is structured metadata."""

    def __init__(self, real: Loki, tenant: int) -> None:
        self._real = real
        self._tenant = f"team-{tenant}"
        self.settings: dict[str, Any] = {"loki_url": real.url, "loki_tenant": self._tenant}

    def push(self, entries: Iterable[Entry]) -> None:
        self._real.push(
            self._tenant,
            (
                loki.Entry(
                    {"namespace": one.namespace, "pod": one.pod, "container": one.container, "app": one.app},
                    one.nanoseconds,
                    one.text,
                    one.fields,
                )
                for one in entries
            ),
        )


@dataclass(frozen=True, slots=True)
class Shape:
    """How a collector's users keep entries in OpenSearch."""

    mappings: dict[str, Any]
    document: Callable[[Entry], dict[str, Any]]


def _fluent_bit(entry: Entry) -> dict[str, Any]:
    kubernetes = {
        "namespace_name": entry.namespace,
        "pod_name": entry.pod,
        "container_name": entry.container,
        "labels": {"app": entry.app},
    }
    return {"log": entry.text, "stream": "stdout", "kubernetes": kubernetes, **entry.fields}


def _filebeat(entry: Entry) -> dict[str, Any]:
    kubernetes = {
        "namespace": entry.namespace,
        "pod": {"name": entry.pod},
        "container": {"name": entry.container},
        "labels": {"app": entry.app},
    }
    return {"message": entry.text, "log": {"offset": 7}, "kubernetes": kubernetes, **entry.fields}


FLUENT_BIT = Shape({"properties": {"@timestamp": {"type": "date"}}}, _fluent_bit)
"""Nothing said of other fields: a text is kept as words, and whole if it is short; a time to the millisecond."""
FILEBEAT = Shape(
    {
        "dynamic_templates": [
            {"texts": {"match_mapping_type": "string", "mapping": {"type": "keyword", "ignore_above": 1024}}}
        ],
        "properties": {"@timestamp": {"type": "date_nanos"}, "message": {"type": "match_only_text"}},
    },
    _filebeat,
)


class FilledOpenSearch:
    """Each test has indices of its own in one OpenSearch, with as many shards as tell pages from searches."""

    def __init__(self, real: OpenSearch, number: int, shape: Shape) -> None:
        self._real = real
        self._document = shape.document
        self.index = f"logs-{number}"
        self.settings: dict[str, Any] = {"opensearch_url": real.url, "opensearch_index": f"{self.index}-*"}
        real.template(self.index, f"{self.index}-*", shape.mappings, number_of_shards=2)
        real.create(f"{self.index}-a")

    def push(self, entries: Iterable[Entry]) -> None:
        self._real.push(
            f"{self.index}-a",
            ({"@timestamp": timestamp(entry.nanoseconds).decode(), **self._document(entry)} for entry in entries),
        )
