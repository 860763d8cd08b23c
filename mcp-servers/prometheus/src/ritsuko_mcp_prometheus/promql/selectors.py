"""PromQL text written around names and values: selectors, matchers, string literals."""

import re
from collections.abc import Mapping

PLAIN_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")

_SPECIAL = frozenset("\\.+*?()|[]{}^$")


def literally(text: str) -> str:
    """A regular expression (RE2) that matches the text alone."""
    return "".join(f"\\{character}" if character in _SPECIAL else character for character in text)


def any_of(names: list[str], *patterns: str) -> str:
    """A matcher for metrics with these names, or names that match the regular expressions."""
    return f"__name__=~{quoted('|'.join([*map(literally, names), *patterns]))}"


def selector(labels: Mapping[str, str]) -> str:
    """`up{job="node"}`: labels as a selector; a name that needs quotes is written as in Prometheus 3."""
    name = labels.get("__name__", "")
    inner = [f"{quoted_name(label)}={quoted(value)}" for label, value in sorted(labels.items()) if label != "__name__"]
    if name and not PLAIN_NAME.fullmatch(name):
        inner, name = [quoted(name), *inner], ""
    return f"{name}{{{', '.join(inner)}}}" if inner or not name else name


def selector_of(metric: str) -> str:
    """A selector of all series of a metric with any name, also for versions without quoted names."""
    return metric if PLAIN_NAME.fullmatch(metric) else f"{{__name__={quoted(metric)}}}"


def quoted_name(label: str) -> str:
    """A label name as in a query, quoted if needed."""
    return label if PLAIN_NAME.fullmatch(label) and ":" not in label else quoted(label)


def quoted(text: str) -> str:
    """A string literal of PromQL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
