"""Kubernetes label selectors, read for sources that are no apiserver.

https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

import re
from dataclasses import dataclass
from typing import Literal

from ritsuko_mcp_common.errors import ToolFailure

_KEY = r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?(?:/[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?"
_VALUE = r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?"
_REQUIREMENT = re.compile(
    rf"\s*(?:(?P<key>{_KEY})\s*(?P<is>==|=|!=)\s*(?P<value>{_VALUE})"
    rf"|(?P<member>{_KEY})\s+(?P<in>in|notin)\s*\((?P<values>[^()]*)\)"
    rf"|(?P<absent>!)?\s*(?P<present>{_KEY}))\s*(?:,|$)"
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One label's: among the values, not among them (or missing), there, or missing."""

    key: str
    operator: Literal["in", "notin", "exists", "absent"]
    values: tuple[str, ...] = ()


def parse_selector(text: str) -> list[Requirement]:
    """The requirements of `app=web,tier!=db,env in (a,b),!canary`. Raises ToolFailure for what is not a selector."""
    found: list[Requirement] = []
    position = 0
    while position < len(text):
        match = _REQUIREMENT.match(text, position)
        if match is None:
            raise ToolFailure(f"{text!r} is not a label selector", "Write it like app=web,tier!=db.")
        found.append(_requirement(match, text))
        position = match.end()
    return found


def _requirement(match: re.Match[str], text: str) -> Requirement:
    if match["key"]:
        return Requirement(match["key"], "notin" if match["is"] == "!=" else "in", (match["value"],))
    if match["member"]:
        values = tuple(value.strip() for value in match["values"].split(","))
        if not all(re.fullmatch(_VALUE, value) for value in values):
            raise ToolFailure(f"{text!r} is not a label selector", "Write it like env in (a,b).")
        return Requirement(match["member"], "in" if match["in"] == "in" else "notin", values)
    return Requirement(match["present"], "absent" if match["absent"] else "exists")
