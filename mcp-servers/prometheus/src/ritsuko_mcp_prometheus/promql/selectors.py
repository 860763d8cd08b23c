"""PromQL written by us around names that callers give."""

_SPECIAL = frozenset("\\.+*?()|[]{}^$")


def quoted(text: str) -> str:
    """A string literal of PromQL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def literally(text: str) -> str:
    """A regular expression (RE2) that matches the text alone."""
    return "".join(f"\\{character}" if character in _SPECIAL else character for character in text)


def any_of(names: list[str], *patterns: str) -> str:
    """The matcher for metrics of these names, and of those that the regular expressions match."""
    return f"__name__=~{quoted('|'.join([*map(literally, names), *patterns]))}"
