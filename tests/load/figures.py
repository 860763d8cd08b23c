"""What a bench found: a table to read, and JSON to compare with other runs."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.cluster import Cluster, ControlPlane

_PACKAGES = ("ritsuko-operator", "ritsuko-bot", "ritsuko-mcp-common", "mcp", "kopf", "zulip", "kubernetes", "pydantic")


@dataclass(frozen=True)
class Figure:
    """One result. A `target` is the most that `value` should be; None where nothing is promised."""

    name: str
    value: float
    unit: str
    target: float | None = None
    why_missing: str = ""

    @staticmethod
    def missing(name: str, why: str) -> Figure:
        """In place of figures that could not be measured."""
        return Figure(name, math.nan, "", why_missing=why)

    @property
    def met(self) -> bool | None:
        return None if self.target is None else self.value <= self.target

    def as_json(self) -> dict[str, Any]:
        if self.why_missing:
            return {"name": self.name, "value": None, "unit": self.unit, "why_missing": self.why_missing}
        value = round(self.value, 3)
        return {"name": self.name, "value": value, "unit": self.unit, "target": self.target, "met": self.met}


def machine() -> dict[str, Any]:
    """What it ran on. The load of the moment before tells how much else the machine had to do."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB",
        "cpu": _cpu_model(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 1),
    }


def versions(plane: ControlPlane | Cluster | None = None) -> dict[str, str]:
    """Of what was measured, and of the apiserver it ran against, if it did."""
    apiserver = {"kube-apiserver": plane.api.request("GET", "/version")["gitVersion"]} if plane else {}
    return {**{package: version(package) for package in _PACKAGES}, **apiserver}


def write(path: Path, machine: dict[str, Any], versions: dict[str, str], figures: Sequence[Figure]) -> None:
    """`path` and its folder are made if absent."""
    path.parent.mkdir(exist_ok=True)
    results = [figure.as_json() for figure in figures]
    content = {"machine": machine, "versions": versions, "results": results}
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def table(title: str, figures: Sequence[Figure]) -> str:
    """The figures as lines of text, a column each for name, value, target and whether it was met."""
    width = max(len(figure.name) for figure in figures)
    lines = [f"{title:{width}}  {'value':>15}  {'target':>9}"]
    for figure in figures:
        if figure.why_missing:
            lines.append(f"{figure.name:{width}}  {'-':>15}  not measured: {figure.why_missing}")
            continue
        value = f"{figure.value:.{_places(figure.value)}f} {figure.unit}"
        target = "" if figure.target is None else f"<= {figure.target:g}"
        verdict = {None: "", True: "met", False: "MISSED"}[figure.met]
        lines.append(f"{figure.name:{width}}  {value:>15}  {target:>9}  {verdict}".rstrip())
    return "\n".join(lines)


def _places(value: float) -> int:
    return 0 if value == int(value) else 1 if value >= 10 else 2


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
