"""A real Loki on a free loopback port: one process with all of its parts."""

import json
import shutil
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.cluster.daemons import Daemon
from tests.cluster.loopback import OPENER, answers
from tests.cluster.ports import free
from tools import cache, gobuild

_VERSION = "3.7.8"
_MODULE = Path(__file__).parent / "golang" / "loki"
_PACKAGE = "github.com/grafana/loki/v3/cmd/loki"
_BUILD = "github.com/grafana/loki/v3/pkg/util/build"
# Entries of any age in any order are taken, and found at once wherever they are kept.
_CONFIGURATION = """\
auth_enabled: true
analytics: {{reporting_enabled: false}}
server:
  http_listen_address: 127.0.0.1
  http_listen_port: {http}
  grpc_listen_address: 127.0.0.1
  grpc_listen_port: {grpc}
  log_level: warn
common:
  instance_addr: 127.0.0.1
  path_prefix: {folder}
  replication_factor: 1
  storage: {{filesystem: {{chunks_directory: {folder}/chunks, rules_directory: {folder}/rules}}}}
  ring: {{instance_addr: 127.0.0.1, kvstore: {{store: inmemory}}}}
memberlist: {{bind_addr: [127.0.0.1], bind_port: {gossip}}}
schema_config:
  configs:
    - {{from: 2020-01-01, store: tsdb, object_store: filesystem, schema: v13, index: {{prefix: index_, period: 24h}}}}
ingester: {{max_chunk_age: 100000h, chunk_idle_period: 100000h}}
querier: {{query_ingesters_within: 0, max_concurrent: 32}}
query_range: {{cache_results: false}}
limits_config:
  reject_old_samples: false
  max_query_length: 0
  max_entries_limit_per_query: {most_entries}
  ingestion_rate_mb: 100
  ingestion_burst_size_mb: 100
"""


def program() -> str:
    """The path of a Loki: the one that is installed, or one built from its Go module.

    Raises:
        ClusterError: it can't be built.
    """
    if installed := shutil.which("loki"):
        return installed
    target = cache.root() / "build" / f"loki-{_VERSION}" / "loki"
    # It tells its version, as a released one does.
    ldflags = [f"-X {_BUILD}.Version={_VERSION}"]
    return str(cache.install(target, lambda draft: gobuild.build(_MODULE, _PACKAGE, draft, ldflags=ldflags)))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line with the labels of its stream and what is kept beside it."""

    labels: Mapping[str, str]
    nanoseconds: int
    line: str
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Loki:
    """Where it listens."""

    url: str

    def push(self, tenant: str, entries: Iterable[Entry]) -> None:
        """Store entries, which are found at once."""
        streams = [
            {"stream": entry.labels, "values": [[str(entry.nanoseconds), entry.line, entry.metadata]]}
            for entry in entries
        ]
        headers = {"Content-Type": "application/json", "X-Scope-OrgID": tenant}
        body = json.dumps({"streams": streams}).encode()
        request = urllib.request.Request(f"{self.url}/loki/api/v1/push", data=body, headers=headers, method="POST")
        with OPENER.open(request, timeout=30) as answer:
            answer.read()


@contextmanager
def loki(folder: Path, *, most_entries: int) -> Iterator[Loki]:
    """One that answers a query with at most so many entries, and keeps them in `folder` until the end of the block.

    Raises:
        ClusterError: it can't be built or did not start; with the end of its log.
    """
    http, grpc, gossip = free(3, "127.0.0.1")
    settings = {"http": http, "grpc": grpc, "gossip": gossip, "folder": folder / "data", "most_entries": most_entries}
    configuration = folder / "loki.yaml"
    configuration.write_text(_CONFIGURATION.format_map(settings))
    daemon = Daemon("loki", folder, [program(), f"-config.file={configuration}"])
    daemon.start()
    try:
        store = Loki(f"http://127.0.0.1:{http}")
        daemon.wait_until(lambda: answers(f"{store.url}/ready", timeout=5), timeout=60)
        yield store
    finally:
        daemon.stop()
