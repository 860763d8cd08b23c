"""A real Prometheus on a free loopback port, with data of a known past."""

import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

_PATIENCE_SECONDS = 30.0
_CONFIG = """
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs:
  - job_name: prometheus
    metrics_path: %(prefix)s/metrics
    static_configs: [{targets: ["127.0.0.1:%(port)d"]}]
  - job_name: nobody
    static_configs: [{targets: ["127.0.0.1:1"]}]
%(jobs)s
"""


@dataclass(frozen=True, slots=True)
class Prometheus:
    """Where it listens, and its raw API."""

    url: str
    tls: ssl.SSLContext | None = None

    def get(self, endpoint: str, **parameters: str | float) -> dict[str, object]:
        """The `data` of an answer of the API, asked for without any code of ours in between."""
        answer = httpx2.get(
            f"{self.url}/api/v1/{endpoint}", params=parameters, verify=self.tls or True, trust_env=False
        )
        return answer.raise_for_status().json()["data"]


@contextmanager
def real_prometheus(
    folder: Path,
    openmetrics: str,
    *,
    rules: str = "groups: []",
    jobs: str = "",
    prefix: str = "",
    features: str = "",
    web: str = "",
    tls: ssl.SSLContext | None = None,
) -> Iterator[Prometheus]:
    """Backfill the samples, start it, wait until it has scraped; afterwards end it. `folder` is its to fill.

    It scrapes itself (job `prometheus`, up) and a port where nothing listens (job `nobody`, down), and `jobs`, which
    are entries of `scrape_configs`. `prefix` is the path that it serves under, `features` what to enable, `web` its
    web configuration, and `tls` how to come in if that asks for TLS (its job `prometheus` is down then).
    """
    backfill(folder, openmetrics)
    configuration = folder / "prometheus.yml"
    port = _free_port()
    configuration.write_text(_CONFIG % {"port": port, "jobs": jobs, "prefix": prefix}, encoding="utf-8")
    (folder / "rules.yml").write_text(rules, encoding="utf-8")
    (folder / "web.yml").write_text(web, encoding="utf-8")
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [
                _binary("prometheus"),
                f"--config.file={configuration}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--storage.tsdb.retention.time=10y",
                "--query.max-samples=200000",
                f"--web.route-prefix={prefix or '/'}",
                f"--web.config.file={folder / 'web.yml'}",
                f"--enable-feature={features}",
                "--web.enable-lifecycle",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        prometheus = Prometheus(f"http{'s' if tls else ''}://127.0.0.1:{port}{prefix}", tls)
        _wait_until_ready(prometheus, process, folder / "log")
        yield prometheus
    finally:
        process.terminate()
        process.wait(timeout=10)


def backfill(folder: Path, openmetrics: str) -> None:
    """Write the samples into the data of a Prometheus that is not running yet.

    promtool reads all of them again for every two hours that they span: a long history is better given in parts.
    """
    samples = folder / "samples.om"
    samples.write_text(openmetrics, encoding="utf-8")
    command = [_binary("promtool"), "tsdb", "create-blocks-from", "openmetrics", str(samples), str(folder / "data")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def _binary(name: str) -> str:
    found = os.environ.get(f"{name.upper()}_BINARY") or shutil.which(name)
    assert found, f"{name} is not installed (Debian package prometheus), and {name.upper()}_BINARY names none"
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_ready(prometheus: Prometheus, process: subprocess.Popen[bytes], log: Path) -> None:
    ready = "count(up) >= 2" if prometheus.tls else 'up{job="prometheus"} == 1 and on () up{job="nobody"} == 0'
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"Prometheus ended: {log.read_text()[-2000:]}"
        try:
            if prometheus.get("query", query=ready).get("result"):
                return
        except (httpx2.TransportError, httpx2.HTTPStatusError):
            pass
        time.sleep(0.1)
    raise AssertionError(f"Prometheus was not ready after {_PATIENCE_SECONDS} s: {log.read_text()[-2000:]}")
