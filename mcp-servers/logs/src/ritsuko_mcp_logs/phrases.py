"""Counts and names as sentences put them."""

from collections.abc import Sequence

from ritsuko_common.durations import format_duration

_NAMES_SHOWN = 6
_MINUTE = 60


def shortlist(names: Sequence[str]) -> str:
    """A few of the names, and how many more there are."""
    more = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def named_namespace(namespace: str) -> str:
    """`namespace shop`; `*` is all of them."""
    return "all namespaces" if namespace == "*" else f"namespace {namespace}"


def arguments(**written: str) -> str:
    """What a caller wrote, to be written again: `namespace=shop labels="app in (a,b)"`; empty ones left out."""
    given = {name: value if " " not in value else f'"{value}"' for name, value in written.items() if value}
    return " ".join(f"{name}={value}" for name, value in given.items())


def duration_text(seconds: float) -> str:
    """`0.050 s`; from a minute on `56m26s`."""
    return f"{seconds:.3f} s" if seconds < _MINUTE else format_duration(round(seconds))


def counted(count: int, noun: str) -> str:
    """`1 line`, `2,000 lines`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
