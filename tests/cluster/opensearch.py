"""A real OpenSearch on a free loopback port: one node in a Java program of ours, from the jars of Maven Central."""

import json
import os
import shutil
import subprocess
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster import debian
from tests.cluster.daemons import Daemon
from tests.cluster.errors import ClusterError
from tests.cluster.loopback import OPENER, answers
from tests.cluster.ports import free
from tools import cache, packages
from tools.progress import step

_VERSION = "2.19.6"
_SOURCES = Path(__file__).parent / "java" / "opensearch"
# little memory and a quick start rather than speed
_JAVA = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


def jars() -> Path:
    """The folder with the jars of OpenSearch and all that they need, as pinned in `java/opensearch/pom.xml`.

    Raises:
        ClusterError: there is no Java or Maven and none can be installed, or the jars are not to be had.
    """
    if not (shutil.which("javac") and shutil.which("mvn")):
        packages.require(debian.JAVA)
    return cache.install(cache.root() / "build" / f"opensearch-{_VERSION}", _download)


@dataclass(frozen=True, slots=True)
class OpenSearch:
    """Where it listens."""

    url: str

    def template(self, name: str, pattern: str, mappings: Mapping[str, Any], **settings: Any) -> None:
        """How indices that match the pattern are made."""
        template = {"settings": {"number_of_replicas": 0, **settings}, "mappings": mappings}
        self._send("PUT", f"/_index_template/{name}", json.dumps({"index_patterns": [pattern], "template": template}))

    def create(self, index: str) -> None:
        """An empty index."""
        self._send("PUT", f"/{index}", "{}")

    def settings(self, index: str, settings: Mapping[str, Any]) -> None:
        """Change settings of an index."""
        self._send("PUT", f"/{index}/_settings", json.dumps(settings))

    def push(self, index: str, entries: Iterable[Mapping[str, Any]]) -> None:
        """Store entries, which are found at once."""
        lines = [line for entry in entries for line in ('{"create": {}}', json.dumps(entry))]
        answer = self._send("POST", f"/{index}/_bulk?refresh=true", "\n".join([*lines, ""]))
        if answer["errors"]:
            raise ClusterError(f"OpenSearch does not take all entries: {json.dumps(answer)[:500]}")

    def _send(self, method: str, path: str, body: str) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data=body.encode(), headers=headers, method=method)
        with OPENER.open(request, timeout=60) as answer:
            return json.load(answer)


@contextmanager
def opensearch(folder: Path) -> Iterator[OpenSearch]:
    """One that keeps its data in `folder`, until the end of the block, or of this process.

    Raises:
        ClusterError: it can't be had or did not start; with the end of its log.
    """
    classes = f"{jars()}/*"
    port = free(1, "127.0.0.1")[0]
    home = folder / "home"
    home.mkdir()
    command = [packages.program("java"), *_JAVA, "-cp", classes, str(_SOURCES / "Launch.java")]
    daemon = Daemon("opensearch", folder, [*command, str(home), str(port), str(os.getpid())])
    daemon.start()
    try:
        store = OpenSearch(f"http://127.0.0.1:{port}")
        daemon.wait_until(
            lambda: answers(f"{store.url}/_cluster/health?wait_for_status=yellow&timeout=5s", timeout=10), timeout=120
        )
        yield store
    finally:
        daemon.stop()


def _download(target: Path) -> None:
    # what Maven itself needs goes with the workspace
    command = [packages.program("mvn"), "-q", "-B", f"-Dmaven.repo.local={target.parent / 'repository'}"]
    copy = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={target}"]
    with step(f"getting OpenSearch {_VERSION} from Maven Central (once; it is kept)"):
        result = subprocess.run(
            [*command, "-f", str(_SOURCES / "pom.xml"), *copy], capture_output=True, text=True, check=False
        )
    if result.returncode:
        said = next(
            (line.partition("ERROR] ")[2] for line in result.stdout.splitlines() if "ERROR] " in line), "nothing"
        )
        raise ClusterError(f"OpenSearch's jars are not to be had; Maven says: {said[:300]}")
