"""A real VictoriaLogs on a free loopback port."""

import json
import shutil
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from tests.cluster.daemons import Daemon
from tests.cluster.loopback import OPENER, answers
from tests.cluster.ports import free
from tools import cache, gobuild

_VERSION = "1.52.1"
_MODULE = Path(__file__).parent / "golang" / "victorialogs"
_PACKAGE = "github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs"
_STREAM = "namespace,pod,container"


def program() -> str:
    """The path of a VictoriaLogs: the one that is installed, or one built from its Go module."""
    if installed := shutil.which("victoria-logs"):
        return installed
    target = cache.root() / "build" / f"victoria-logs-{_VERSION}" / "victoria-logs"
    return str(cache.install(target, lambda draft: gobuild.build(_MODULE, _PACKAGE, draft)))


@dataclass(frozen=True, slots=True)
class VictoriaLogs:
    """Where it listens."""

    url: str

    def push(self, entries: Iterable[Mapping[str, str]], *, stream: str = _STREAM, account: int = 0) -> None:
        """Store entries: `_time`, `_msg` and fields, of which those in `stream` tell streams apart. They are found at
        once, by whoever asks for this account's."""
        body = "".join(json.dumps(entry) + "\n" for entry in entries).encode()
        self._post(f"/insert/jsonline?{urlencode({'_stream_fields': stream})}", body, {"AccountID": str(account)})
        self._post("/internal/force_flush", b"", {})

    def _post(self, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        # as a form, which is the default, the body would be taken for parameters
        given = {"Content-Type": "application/stream+json", **headers}
        request = urllib.request.Request(self.url + path, data=body, headers=given, method="POST")
        with OPENER.open(request, timeout=30) as answer:
            answer.read()


@contextmanager
def victorialogs(folder: Path) -> Iterator[VictoriaLogs]:
    """One that keeps everything, in `folder`, until the end of the block.

    Raises:
        ClusterError: it can't be built or did not start; with the end of its log.
    """
    port = free(1, "127.0.0.1")[0]
    command = [
        program(),
        f"-storageDataPath={folder / 'data'}",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=100y",
        "-futureRetention=1y",
        "-memory.allowedBytes=200MB",
    ]
    daemon = Daemon("victoria-logs", folder, command)
    daemon.start()
    try:
        store = VictoriaLogs(f"http://127.0.0.1:{port}")
        daemon.wait_until(lambda: answers(f"{store.url}/health", timeout=5), timeout=60)
        yield store
    finally:
        daemon.stop()
