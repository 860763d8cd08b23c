"""What fields a line must have: `status>=500,method!=GET,error~refused`."""

import re
from dataclasses import dataclass
from typing import Literal

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import parse_duration

Operator = Literal["=", "!=", "~", "!~", ">", ">=", "<", "<="]

_MOST = 10
_CONDITION = re.compile(r"\s*([^\s=!~<>:][^=!~<>]*?)\s*(!=|!~|>=|<=|=~|==|:=|=|~|>|<)\s*(.*?)\s*", re.DOTALL)
# LogQL's =~ and == and LogsQL's := are what people are used to.
_OPERATORS: dict[str, Operator] = {
    "=": "=", "==": "=", ":=": "=", "!=": "!=", "~": "~", "=~": "~", "!~": "!~", ">": ">", ">=": ">=", "<": "<",
    "<=": "<=",
}  # fmt: skip
_NUMBER = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,18})?(?:[eE][+-]?\d{1,3})?")


@dataclass(frozen=True, slots=True)
class Condition:
    """One field and what its value must be: just this, not this, with this expression (RE2) in it in either case,
    without it, or more or less than this, as a number or as a duration. A line without the field has another value."""

    name: str
    operator: Operator
    value: str

    def __str__(self) -> str:
        return f"{self.name}{self.operator}{self.value}"

    def orders(self, there: str) -> bool:
        """Whether a value is as much more or less as requested; never for one that is not of the same kind."""
        ours, theirs = amount(self.value), amount(there)
        if ours is None or theirs is None or ours[0] != theirs[0]:
            return False
        match self.operator:
            case ">":
                return theirs[1] > ours[1]
            case ">=":
                return theirs[1] >= ours[1]
            case "<":
                return theirs[1] < ours[1]
            case _:
                return theirs[1] <= ours[1]


def parse_conditions(text: str) -> tuple[Condition, ...]:
    """`status>=500,user.id=7`. A value with a comma in it can't be written. Raises ToolFailure."""
    found: list[Condition] = []
    for part in text.split(","):
        if not part.strip():
            continue
        written = _CONDITION.fullmatch(part)
        if written is None or len(found) == _MOST:
            raise ToolFailure(
                f"fields {text[:100]!r} cannot be parsed",
                f"Write it like status=500,method!=GET,error~refused; at most {_MOST}.",
            )
        name, operator, value = written.groups()
        condition = Condition(name, _OPERATORS[operator], value)
        if condition.operator[0] in "<>" and amount(value) is None:
            raise ToolFailure(
                f"fields {text[:100]!r} compares with {value[:60]!r}, which is not a number",
                "Compare with a number or a duration, like status>=500 or took>1.5s; level=warn is for levels.",
            )
        found.append(condition)
    return tuple(found)


def amount(text: str) -> tuple[str, float] | None:
    """A number, or seconds, and which of both; None for any other text."""
    if _NUMBER.fullmatch(text):
        return "number", float(text)
    if not text[:1].isdigit():
        return None
    try:
        return "seconds", parse_duration(text)
    except ToolFailure:
        return None
