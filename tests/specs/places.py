"""Every limit that the CRDs put on a field of ours, each with a resource just within it and one just beyond it.

Limits are patterns, enumerations and bounds. Those of the embedded pieces of a pod are Kubernetes' own and not here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.sidecar import McpSidecar
from ritsuko_api.structural import structural
from tests.specs.crd import Document, Schema, document, nodes, spec_of
from tests.specs.rules import BOT, IMAGE, LOGS, REMOTE, STDIO, header

LIMITS = (
    *("enum", "pattern", "minimum", "maximum", "minLength", "maxLength"),
    *("minItems", "maxItems", "minProperties", "maxProperties"),
)

# A text that a pattern takes and one that it refuses, by the end of the field's path.
PATTERNS: dict[str, tuple[str, str]] = {
    "image.tag": ("v1.2_3-rc", "-v1"),
    "image.digest": ("sha256:" + "0" * 64, "latest"),
    "zulip.site": ("https://chat.example.com/zulip", "chat.example.com"),
    "users[]": ("ops@example.com", "Iago"),
    "servers[]": ("prom*", "my server"),
    "rules[].tools[]": ("get_*", "get pods"),
    "maxAge": ("1h30m", "30d"),
    "url": ("https://mcp.example.com:8443/mcp?a=b", "https://user:secret@mcp.example.com/mcp"),
    "headers[].name": ("X-Api-Key", "X Api Key"),
    "secretKeyRef.key": ("token.txt", "to ken"),
    "secretKeyRef.name": ("mcp.tokens-1", "../../kube-system/secrets/db"),
    "credentialsSecret.name": ("zulip.dev-1", "../secrets/zulip"),
    "serviceAccount.name": ("mine.dev-1", ".."),
    "botRef.name": ("hal-9000", "Hal"),
    "path": ("/api/mcp", "mcp"),
    "aliases{}": ("get pods", " get"),
    "requireApproval[]": ("delete_*", "delete pods"),
}
_LONGEST: dict[str, Callable[[int], str]] = {
    "maxAge": lambda length: "9h".zfill(7) + "9m".zfill(7) + "9s".zfill(length - 14),
    "url": lambda length: "https://example.com/".ljust(length, "x"),
    "users[]": lambda length: "1" * length,
}


@dataclass(frozen=True)
class Limit:
    """One limit on one field; `place` is the field's path in the resource, such as `spec.access.rules[0].effect`."""

    kind: str
    path: str
    limit: str
    within: Document
    beyond: Document

    @property
    def place(self) -> str:
        return "spec." + self.path.replace("[]", "[0]").split("{}")[0]

    def __str__(self) -> str:
        return f"{self.kind}.{self.path} {self.limit}"


def limits() -> list[Limit]:
    return [limit for kind in ("RitsukoBot", "McpSidecar") for limit in _limits_of(kind)]


def _limits_of(kind: str) -> Iterator[Limit]:
    for path, schema in nodes(spec_of(kind)):
        if path in ours(kind):
            for limit in sorted(schema.keys() & set(LIMITS)):
                within, beyond = _around(path, schema, limit)
                yield Limit(kind, path, limit, _with(kind, path, within), _with(kind, path, beyond))


@cache
def ours(kind: str) -> frozenset[str]:
    """The paths of the fields that belong to models of ours, and not to an embedded piece of a pod."""
    schema = structural({"RitsukoBot": RitsukoBot, "McpSidecar": McpSidecar}[kind])["properties"]
    return frozenset(path for path, _ in nodes(cast(Schema, schema)["spec"]))


def _around(path: str, schema: Schema, limit: str) -> tuple[Any, Any]:
    """A value just within the limit and one just beyond it."""
    bound = schema[limit]
    match limit:
        case "enum":
            return bound[-1], "Nonsense"
        case "pattern":
            return _by_path(PATTERNS, path)
        case "minimum":
            return bound, bound - 1
        case "maximum":
            return bound, bound + 1
        case "minLength" | "maxLength":
            text = _by_path(_LONGEST, path) if any(path.endswith(end) for end in _LONGEST) else lambda n: "x" * n
            return text(bound), text(bound + 1) if limit == "maxLength" else "x" * (bound - 1)
        case "minItems" | "maxItems":
            beyond = bound + 1 if limit == "maxItems" else bound - 1
            return _list(path, schema, bound), _list(path, schema, beyond)
        case "minProperties" | "maxProperties":
            beyond = bound + 1 if limit == "maxProperties" else bound - 1
            return {f"x{n}": "x" for n in range(bound)}, {f"x{n}": "x" for n in range(beyond)}
        case other:
            raise AssertionError(f"{path}: how is {other} tried?")


def _by_path(table: dict[str, Any], path: str) -> Any:
    found = [value for end, value in table.items() if path.endswith(end)]
    assert found, f"{path} has a pattern: add a text that it takes and one that it refuses to PATTERNS"
    return found[0]


def _list(path: str, schema: Schema, length: int) -> list[Any]:
    if path == "headers":
        return [header(f"X-{number}") for number in range(length)]
    if schema.get("x-kubernetes-list-map-keys") == ["name"]:
        return [{"name": f"x-{number}"} for number in range(length)]
    return [_least(schema["items"], f"{path}[]")] * length


def _least(schema: Schema, path: str) -> Any:
    """The least that fits a schema."""
    if "enum" in schema:
        return schema["enum"][-1]  # of the effects RequireApproval, with which every other field may stand
    match schema["type"]:
        case "string":
            return _by_path(PATTERNS, path)[0] if "pattern" in schema else "x"
        case "integer":
            return schema.get("minimum", 0)
        case "object":
            properties = schema.get("properties", {})
            return {name: _least(properties[name], f"{path}.{name}") for name in schema.get("required", [])}
        case other:
            raise AssertionError(f"{path}: what is the least {other}?")


def _with(kind: str, path: str, value: Any) -> Document:
    """A resource with that value in that place, and else only what has to be there."""
    if kind == "RitsukoBot":
        base = BOT
    elif path.startswith(("url", "headers")):
        base = REMOTE
    elif path == "transport":
        base = STDIO
    elif path.startswith("image"):
        base = {name: IMAGE[name] for name in IMAGE if name != path}
    else:
        base = LOGS
    spec = {**base}
    words = path.replace("[]", ".[]").replace("{}", ".{}").split(".")
    spec[words[0]] = _set(spec_of(kind)["properties"][words[0]], words[0], words[1:], value, spec.get(words[0]))
    return document(kind, spec)


def _set(schema: Schema, path: str, words: list[str], value: Any, there: Any = None) -> Any:
    if not words:
        return value
    match words[0]:
        case "[]":
            return [_set(schema["items"], f"{path}[]", words[1:], value)]
        case "{}":
            return {"x": _set(schema["additionalProperties"], f"{path}{{}}", words[1:], value)}
        case name:
            base = _least(schema, path) if there is None else there
            inner = _set(schema["properties"][name], f"{path}.{name}", words[1:], value, base.get(name))
            return {**base, name: inner}
