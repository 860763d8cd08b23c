"""The operator's process, and when it has looked at everything."""

from __future__ import annotations

import asyncio
import re
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from tests.integration.operator.operator_process import OperatorProcess

_DOCKERFILE = Path(__file__).parents[2] / "Dockerfile.operator"
_RECONCILES = re.compile(r'^ritsuko_operator_reconciles_total\{kind="RitsukoBot",result="done"\} (\S+)', re.M)
# The operator's image has no Kubernetes client in it, and kopf loads one where there is one.
_AS_IN_ITS_IMAGE = (
    "import sys; sys.modules['kubernetes'] = None; from ritsuko_operator.runtime.main import main; main()"
)


def _allocation() -> dict[str, str]:
    """How the image sets up the memory allocator."""
    return dict(re.findall(r"^ENV (MALLOC_\w+)=(\S+)$", _DOCKERFILE.read_text(), re.MULTILINE))


class MeasuredOperator(OperatorProcess):
    """As it is delivered, with its process id and the count of its reconciles."""

    program = _AS_IN_ITS_IMAGE
    settings: ClassVar[Mapping[str, str]] = _allocation()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def another(self, **settings: str) -> MeasuredOperator:
        """One more with the same rights and the same log."""
        return MeasuredOperator(self.kubeconfig, self.log, **settings)

    async def reconciled(self, bots: int, *, within: float = 120.0) -> None:
        """Waits until it has finished with a bot that many times since it started."""
        deadline = time.monotonic() + within
        while (times := self._reconciles()) < bots:
            assert time.monotonic() < deadline, f"{times} of {bots} bots reconciled within {within:g} s"
            await asyncio.sleep(0.2)

    async def settled(self, *, quiet: float = 2.0, within: float = 60.0) -> int:
        """Waits until it has written nothing for `quiet` seconds; returns how much it has written so far.

        It asks the operator itself, which costs the operator some milliseconds each time: see `audit` for another way.
        """
        async with asyncio.timeout(within):
            writes, since = self.writes(), time.monotonic()
            while time.monotonic() - since < quiet:
                await asyncio.sleep(0.2)
                if (now := self.writes()) != writes:
                    writes, since = now, time.monotonic()
        return writes

    def _reconciles(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/metrics", timeout=30) as answer:
            return sum(int(float(count)) for count in _RECONCILES.findall(answer.read().decode()))
