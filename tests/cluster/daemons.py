"""Processes that outlive the command that started them, found again by what was written down about them.

A process is known by its pid and the moment it started, so that a pid used again for somebody else's process is
never signalled.
"""

import contextlib
import json
import os
import select
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.cluster.errors import ClusterError


@dataclass(frozen=True)
class ProcessId:
    pid: int
    started: str

    @classmethod
    def of(cls, pid: int) -> "ProcessId | None":
        """The process with this pid, or None when there is none or only its exit status is left of it."""
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] in "ZX" else cls(pid, f"{_boot_id()}/{fields[19]}")

    @classmethod
    def own(cls) -> "ProcessId":
        process = cls.of(os.getpid())
        assert process is not None
        return process

    @property
    def alive(self) -> bool:
        return ProcessId.of(self.pid) == self

    def signal(self, number: signal.Signals) -> bool:
        """Send a signal to this very process; False when it is gone."""
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return False
        try:
            if not self.alive:
                return False
            signal.pidfd_send_signal(handle, number)
            return True
        except ProcessLookupError:
            return False
        finally:
            os.close(handle)

    def wait(self, timeout: float) -> bool:
        """Wait until it has ended; False when it still runs after `timeout` seconds."""
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            if self.alive:
                poll = select.poll()
                poll.register(handle, select.POLLIN)
                poll.poll(timeout * 1000)
            return not self.alive
        finally:
            os.close(handle)


@dataclass
class Daemon:
    """One long-running program of a cluster.

    `<folder>/run/<name>.json` says which process it is, `<folder>/log/<name>.log` what it said.
    """

    name: str
    folder: Path
    command: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.folder / "log" / f"{self.name}.log"

    @property
    def _record(self) -> Path:
        return self.folder / "run" / f"{self.name}.json"

    @property
    def process(self) -> ProcessId | None:
        try:
            record = json.loads(self._record.read_text())
        except FileNotFoundError:
            return None
        return ProcessId(record["pid"], record["started"])

    @property
    def alive(self) -> bool:
        process = self.process
        return process is not None and process.alive

    def start(self) -> None:
        if self.alive:
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._record.parent.mkdir(parents=True, exist_ok=True)
        # spawned rather than run by subprocess: nobody waits for it, it is meant to stay
        pid = os.posix_spawn(
            self.command[0],
            list(self.command),
            {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(Path.home()), **self.environment},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(self.log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )
        process = ProcessId.of(pid)
        if process is None:
            raise self.failure("ended at once")
        draft = self._record.with_suffix(".draft")
        draft.write_text(json.dumps({"pid": process.pid, "started": process.started}))
        draft.replace(self._record)

    def stop(self, *, patience: float = 10) -> None:
        """End it, first asking, after `patience` seconds by force; fine when it isn't running."""
        process = self.process
        if process is None:
            return
        if process.signal(signal.SIGTERM):
            process.signal(signal.SIGCONT)
            if not process.wait(patience):
                process.signal(signal.SIGKILL)
                if not process.wait(10):
                    raise ClusterError(f"{self.name} (pid {process.pid}) does not end")
        _reap(process.pid)
        self._record.unlink(missing_ok=True)

    def kill(self) -> None:
        """End it the hard way, as a power cut would."""
        if process := self.process:
            process.signal(signal.SIGKILL)
            self.stop()

    def pause(self) -> None:
        """Freeze it: connections stay open and nothing answers."""
        if process := self.process:
            process.signal(signal.SIGSTOP)

    def resume(self) -> None:
        if process := self.process:
            process.signal(signal.SIGCONT)

    def wait_until(self, ready: Callable[[], bool], *, timeout: float, what: str = "ready") -> None:
        """Poll `ready` until it holds.

        Raises:
            ClusterError: the process ended or time is up; with the last lines of its log.
        """
        deadline = time.monotonic() + timeout
        while not ready():
            if not self.alive:
                raise self.failure("ended")
            if time.monotonic() > deadline:
                raise self.failure(f"is not {what} after {timeout:.0f} s")
            time.sleep(0.05)

    def failure(self, what: str, *, lines: int = 15) -> ClusterError:
        try:
            tail = self.log.read_text(errors="replace").splitlines()[-lines:]
        except FileNotFoundError:
            tail = []
        return ClusterError(
            "\n".join([f"{self.name} {what}; the end of {self.log}:", *(f"  {line[:400]}" for line in tail)])
        )


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):  # somebody else's child
        os.waitpid(pid, os.WNOHANG)
