"""PromQL text written around names and values: selectors, matchers, string literals."""

import re
from collections.abc import Mapping

PLAIN_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")

_SPECIAL = frozenset("\\.+*?()|[]{}^$")


def literally(text: str) -> str:
    """A regular expression (RE2) that matches the text alone."""
    return "".join(f"\\{character}" if character in _SPECIAL else character for character in text)


def any_of(names: list[str], *patterns: str) -> str:
    """The matcher for metrics of these names, and of those that the regular expressions match."""
    return f"__name__=~{quoted('|'.join([*map(literally, names), *patterns]))}"


def selector(labels: Mapping[str, str]) -> str:
    """`up{job="node"}`: labels as PromQL writes them, a name that needs quotes in the way of Prometheus 3."""
    name = labels.get("__name__", "")
    inner = [f"{quoted_name(label)}={quoted(value)}" for label, value in sorted(labels.items()) if label != "__name__"]
    if name and not PLAIN_NAME.fullmatch(name):
        inner, name = [quoted(name), *inner], ""
    return f"{name}{{{', '.join(inner)}}}" if inner or not name else name


def selector_of(metric: str) -> str:
    """Selects every series of a metric, whatever its name; also where names in quotes are not known yet."""
    return metric if PLAIN_NAME.fullmatch(metric) else f"{{__name__={quoted(metric)}}}"


def quoted_name(label: str) -> str:
    """A label's name in a query."""
    return label if PLAIN_NAME.fullmatch(label) and ":" not in label else quoted(label)


def quoted(text: str) -> str:
    """A string literal of PromQL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
