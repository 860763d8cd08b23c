"""The operator with a kubelet's care: what ends is started again, and what says that it is not well is killed first."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from ritsuko_operator.runtime.main import main
from tests.integration.operator.operator_process import OperatorProcess

_PROBE_PERIOD = 1.0  # seconds; in `manifests/` it is 10
_PROBE_FAILURES = 3  # in a row; the kubelet's default
_FIRST_BACKOFF = 1.0


class MortalOperator(OperatorProcess):
    """One that can be killed at any moment."""

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()

    def settled(self, *, quiet: float = 2.0, within: float = 60.0) -> int:
        """Waits until it has written nothing for `quiet` seconds; returns how much it has written so far."""
        deadline = time.monotonic() + within
        writes, since = self.writes(), time.monotonic()
        while time.monotonic() - since < quiet:
            assert time.monotonic() < deadline, f"it still writes after {within:g} s: {self.requests()}"
            time.sleep(0.1)
            if (now := self.writes()) != writes:
                writes, since = now, time.monotonic()
        return writes


class ForkedOperator(MortalOperator):
    """A process like the others, forked from one that has everything imported: so it starts ten times as fast."""

    def start(self) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["__main__", main.__module__, __name__])
        self._forked = context.Process(target=_run, args=(self._environment, self.log), daemon=True)
        self._forked.start()

    def stop(self) -> int:
        self._forked.terminate()
        self._forked.join(timeout=30)
        assert self._forked.exitcode is not None, "it does not stop"
        return self._forked.exitcode

    def kill(self) -> None:
        self._forked.kill()

    def exit_code(self) -> int | None:
        return self._forked.exitcode


def _run(environment: dict[str, str], log: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    main()


class SupervisedOperator(MortalOperator):
    """Runs until the end of the block, however often it ends by itself; `restarts` is how often that was."""

    def __init__(self, kubeconfig: Path, log: Path, **settings: str) -> None:
        super().__init__(kubeconfig, log, **settings)
        self.restarts = 0
        self._over = threading.Event()
        self._kubelet = threading.Thread(target=self._look_after_it, name="kubelet", daemon=True)

    def __enter__(self) -> Self:
        super().__enter__()
        self._kubelet.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._kubelet.join()
        super().__exit__(kind, error, trace)

    def ready(self) -> bool:
        """While it is started again it is not ready, and that is no reason to give up."""
        return self._answers("/readyz")

    def _look_after_it(self) -> None:
        failures, backoff = 0, _FIRST_BACKOFF
        while not self._over.wait(_PROBE_PERIOD):
            if self.exit_code() is None:
                # before it has listed everything it is not probed either: `initialDelaySeconds`
                failures = failures + 1 if not self.healthy() else 0
                if failures < _PROBE_FAILURES:
                    continue
                assert self._process is not None
                self._process.send_signal(signal.SIGKILL)
                self._process.wait()
            self.restarts += 1
            failures = -10
            self._over.wait(backoff)
            backoff *= 2
            self.start()
