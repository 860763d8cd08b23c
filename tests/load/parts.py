"""A bench in parts, each with a time of its own: what cannot be measured is told, and does not take the rest along."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.cluster import ControlPlane
from tests.load.figures import Figure
from tools.errors import BuildError


@dataclass(frozen=True)
class Part:
    """Some figures, the time that they take at most, and what they need: programs that are there or not, and things
    that are got once, which takes its time beside that of measuring."""

    name: str
    measure: Callable[[ControlPlane, Path], Awaitable[Sequence[Figure]]]
    most_seconds: float
    programs: tuple[str, ...] = ()
    prepare: Sequence[Callable[[], object]] = ()

    async def figures(self, plane: ControlPlane, folder: Path) -> Sequence[Figure]:
        """Those of this part, or one that says why there are none; `folder` is made for it."""
        if missing := [program for program in self.programs if not shutil.which(program)]:
            return [Figure.missing(self.name, f"no {' and no '.join(missing)} on this machine")]
        try:
            for get in self.prepare:
                await asyncio.to_thread(get)
            await asyncio.to_thread(folder.mkdir)
            async with asyncio.timeout(self.most_seconds):
                return await self.measure(plane, folder)
        except TimeoutError as error:
            return [Figure.missing(self.name, str(error) or f"not done within {self.most_seconds:g} s")]
        except BuildError as error:
            return [Figure.missing(self.name, str(error).splitlines()[0])]


async def of_all(parts: Sequence[Part], plane: ControlPlane, folder: Path) -> list[Figure]:
    """The figures of all parts, one after the other."""
    found: list[Figure] = []
    for part in parts:
        found += await part.figures(plane, folder / part.name.replace(" ", "-").replace(":", ""))
    return found
