"""`make bench`, or `python -m tests.load.bench [bot] [servers] [operator]`: prints tables and writes bench/*.json.

Everything runs on this machine, against a control plane of its own, and ends with it. The figures are of the moment:
what else the machine does shows in them, so each ratio is of two things measured in turns in the same run.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.load import bot, figures, operator, servers
from tests.load.audit import AuditedPlane, audited_plane
from tests.load.backends import make_pods
from tools.errors import BuildError

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Bench:
    """What measures, and how long it may take at most: more means that something hangs."""

    measure: Callable[[AuditedPlane, Path], Awaitable[Sequence[figures.Figure]]]
    most_seconds: float


_BENCHES = {
    "bot": Bench(bot.measure, 400),
    "servers": Bench(servers.measure, sum(part.most_seconds for part in servers.PARTS)),
    "operator": Bench(operator.measure, 900),
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.load.bench", description="Measure, print, write bench/*.json."
    )
    parser.add_argument("bench", nargs="*", help=f"which: {', '.join(_BENCHES)}; all of them if none is named")
    chosen = parser.parse_args().bench or list(_BENCHES)
    if unknown := set(chosen) - set(_BENCHES):
        parser.error(f"no bench {', '.join(sorted(unknown))}; there are {', '.join(_BENCHES)}")
    try:
        asyncio.run(_run(chosen))
    except (BuildError, TimeoutError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


async def _run(chosen: Sequence[str]) -> None:
    machine = figures.machine()
    with audited_plane() as plane, tempfile.TemporaryDirectory(prefix="ritsuko-bench-") as folder:
        plane.kubectl("apply", "-f", str(ROOT / "manifests" / "install.yaml"))
        plane.kubectl(
            "wait", "--for=condition=Established", "crd", "ritsukobots.ritsuko.dev", "mcpsidecars.ritsuko.dev"
        )
        make_pods(plane)
        versions = figures.versions(plane)
        for name in chosen:
            began = time.monotonic()
            place = Path(folder) / name
            place.mkdir()
            found = await _within(_BENCHES[name], name, plane, place)
            figures.write(ROOT / "bench" / f"{name}.json", machine, versions, found)
            print(f"\n{figures.table(name, found)}\n({time.monotonic() - began:.0f} s)", flush=True)


async def _within(bench: Bench, name: str, plane: AuditedPlane, folder: Path) -> Sequence[figures.Figure]:
    try:
        async with asyncio.timeout(bench.most_seconds) as deadline:
            return await bench.measure(plane, folder)
    except TimeoutError as error:
        if deadline.expired():
            raise TimeoutError(f"{name} was not done within {bench.most_seconds:g} s") from error
        raise


if __name__ == "__main__":
    sys.exit(main())
