"""A program of ours as a process of its own, and what it costs the machine (from /proc, so on Linux only)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.integration.operator.eventually import eventually

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_CPU_FIELDS = slice(11, 13)  # utime and stime, counted from the field after the name: proc_pid_stat(5)


def cpu_seconds(pid: int) -> float:
    """The processor time that it has used so far, all its threads together."""
    after_the_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in after_the_name[_CPU_FIELDS]) / _TICKS_PER_SECOND


def rss_mib(pid: int) -> float:
    """The memory that it holds now."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"process {pid} has no memory: it ended")


def peak_rss_mib(pid: int) -> float:
    """The most memory that it ever held."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"process {pid} has no memory: it ended")


@contextmanager
def running(
    *command: str, environment: Mapping[str, str], log: Path, ready: str, within: float = 40
) -> Iterator[subprocess.Popen[bytes]]:
    """Python with this command line; yields when the address `ready` answers with success, and ends it afterwards."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command], env={**kept, **environment}, stdout=output, stderr=output
        )

    def answers() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {log.read_text()[-2000:]}")
        try:
            return httpx2.get(ready, trust_env=False, timeout=5).status_code == 200
        except httpx2.TransportError:
            return False

    try:
        eventually(answers, what=f"{' '.join(command)} is ready", within=within, every=0.02)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
