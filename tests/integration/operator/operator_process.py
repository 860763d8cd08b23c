"""The operator as a process of its own, as it runs in its pod."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from tests.cluster.ports import free
from tests.integration.operator.eventually import eventually

_REQUESTS = re.compile(
    r"ritsuko_operator_api_requests_total"
    r'\{code="[^"]*",resource="(?P<resource>\w+)",verb="(?P<verb>\w+)"\} (?P<count>\S+)'
)


class OperatorProcess:
    """Runs until the end of the block. `log` is a file that gets its output."""

    program = "from ritsuko_operator.runtime.main import main; main()"
    # what a test would wait for
    settings: ClassVar[Mapping[str, str]] = {
        "RITSUKO_SECRETS_PERIOD": "1",
        "RITSUKO_OWN_SECRETS_PERIOD": "1",
        "RITSUKO_OPTIONAL_PATIENCE": "2",
        "RITSUKO_OPTIONAL_RETRY": "2",
    }

    def __init__(self, kubeconfig: Path, log: Path, **settings: str) -> None:
        self.kubeconfig = kubeconfig
        self.log = log
        self._port = free(1, "127.0.0.1")[0]
        self._environment = {
            "PATH": os.environ["PATH"],
            "KUBECONFIG": str(kubeconfig),
            "RITSUKO_HTTP_HOST": "127.0.0.1",
            "RITSUKO_HTTP_PORT": str(self._port),
            **self.settings,
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        eventually(self.ready, within=60, what=f"the operator is ready; its log is {self.log}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts it, and does not wait until it is ready."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", self.program],
                env=self._environment,
                stdout=log,
                stderr=log,
            )

    def stop(self) -> int:
        """Asks it to stop, as the kubelet does, and returns its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise

    @contextmanager
    def down(self) -> Iterator[None]:
        """It is not there for a while."""
        self.stop()
        try:
            yield
        finally:
            self.__enter__()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It hangs for a while."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def exit_code(self) -> int | None:
        """Its exit code, or None while it runs."""
        assert self._process is not None
        return self._process.poll()

    def ready(self) -> bool:
        assert self.exit_code() is None, f"the operator ended:\n{self.log.read_text()[-5000:]}"
        return self._answers("/readyz")

    def healthy(self) -> bool:
        return self._answers("/healthz")

    def writes(self) -> int:
        """How many requests that change something it has sent."""
        return sum(self.changes().values())

    def changes(self) -> dict[tuple[str, str], int]:
        """How many requests that change something it has sent, by verb and resource."""
        return {what: count for what, count in self.requests().items() if what[0] not in ("GET", "LIST")}

    def requests(self) -> dict[tuple[str, str], int]:
        """How many requests it has sent, by verb and resource."""
        lines = self.metrics_text().splitlines()
        found: dict[tuple[str, str], int] = {}
        for line in lines:
            if sample := _REQUESTS.fullmatch(line):
                what = sample["verb"], sample["resource"]
                found[what] = found.get(what, 0) + int(float(sample["count"]))
        return found

    def metrics_text(self) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/metrics", timeout=5) as answer:
            return answer.read().decode()

    def log_text(self) -> str:
        return self.log.read_text()

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}{path}", timeout=2) as answer:
                return answer.status == 200
        except (OSError, urllib.error.HTTPError):
            return False
