"""Faults on order: what a network, a proxy or a tired server does to a request that fits.

A rule is tried on every request; the first whose method and path fit, whose turns aren't used up and whose dice say so,
strikes. `when="after"` lets the request have its effect first and spoils only the answer.
"""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal["rate_limit", "error", "drop", "delay", "expire_queues"]
When = Literal["before", "after"]
Outage = Literal["django", "tornado", "postgres", "redis"]


@dataclass
class Fault:
    """`count` turns are left (None: no end); `seconds` is a delay or a retry-after, `status` an error's."""

    kind: Kind
    method: str = "*"
    path: str = ".*"
    when: When = "before"
    count: int | None = 1
    probability: float = 1.0
    seed: int = 0
    seconds: float = 1.0
    status: int = 502
    id: int = 0
    struck: int = 0
    _dice: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in ("rate_limit", "error", "drop", "delay", "expire_queues"):
            raise ValueError(f"unknown kind of fault: {self.kind}")
        if self.when not in ("before", "after"):
            raise ValueError("when is before or after")
        re.compile(self.path)
        self._dice = random.Random(self.seed)

    def strikes(self, method: str, path: str) -> bool:
        if self.count == 0 or self.method not in ("*", method) or not re.search(self.path, path):
            return False
        if self._dice.random() >= self.probability:
            return False
        self.struck += 1
        if self.count is not None:
            self.count -= 1
        return True

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "_dice"}


class Faults:
    """The rules in force, and which parts of the server are down altogether (`outages`)."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._numbers = itertools.count(1)
        self.outages: set[Outage] = set()

    def add(self, fault: Fault) -> Fault:
        fault.id = next(self._numbers)
        self._rules.append(fault)
        return fault

    def remove(self, fault_id: int) -> None:
        self._rules = [rule for rule in self._rules if rule.id != fault_id]

    def clear(self) -> None:
        self._rules.clear()
        self.outages.clear()

    def rules(self) -> list[Fault]:
        return list(self._rules)

    def pick(self, method: str, path: str) -> Fault | None:
        return next((rule for rule in self._rules if rule.strikes(method, path)), None)
