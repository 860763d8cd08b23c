"""Generates the reference page of the API from the models: `python -m ritsuko_api.reference docs/api.md`.

A table for each object; the embedded pieces of a pod are links to Kubernetes' own reference.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

from pydantic import BaseModel, JsonValue

from ritsuko_api import API_VERSION, bot, sidecar
from ritsuko_api.embedded import EMBEDDED_KEY, PATCH_KEY, JsonObject
from ritsuko_api.structural import structural

_KUBERNETES = "https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34"
_HEAD = f"""<!-- Generated from crds/src/ritsuko_api by `make crds`; do not edit. -->
# The API: `{API_VERSION}`

Two kinds, both namespaced. The same text stands in the cluster: `kubectl explain ritsukobot.spec` (`rbot`),
`kubectl explain mcpsidecar.spec` (`mcps`). `kubectl get ritsuko` lists both.

A field without a default may be left out unless it is marked as required. An unknown field is refused where the client
asks for it, as `kubectl` does. The list of servers that the bot reads, `mcp.json`, has a JSON Schema of its own:
[`crds/mcp.schema.yaml`](../crds/mcp.schema.yaml).
"""


def page() -> str:
    """The whole page, as Markdown."""
    parts = [_HEAD, *_kind(bot.KIND, bot.RitsukoBot), *_kind(sidecar.KIND, sidecar.McpSidecar)]
    return "\n".join(parts)


def _kind(name: str, model: type[BaseModel]) -> Iterator[str]:
    schema = structural(model)
    properties = _properties(schema)
    yield f"## {name}\n\n{schema['description']}\n"
    yield from _rules(schema)
    for section in ("spec", "status"):
        yield from _object(f"{name}.{section}", properties[section])


def _object(path: str, schema: JsonObject) -> Iterator[str]:
    """The sections of an object and of all the objects in it."""
    yield f'### <a id="{anchor(path)}"></a>{path}\n\n{schema["description"]}\n'
    yield "| Field | Type | Default | Meaning |\n| --- | --- | --- | --- |"
    required = cast("list[str]", schema.get("required", []))
    for name, field in _properties(schema).items():
        yield _row(path, name, field, required=name in required)
    yield ""
    yield from _rules(schema)
    for name, field in _properties(schema).items():
        inner_path, inner = _innermost(f"{path}.{name}", field)
        if _properties(inner):
            described = {**inner, "description": inner.get("description") or field["description"]}
            yield from _object(inner_path, described)


def _row(path: str, name: str, field: JsonObject, *, required: bool) -> str:
    _, innermost = _innermost(path, field)
    notes = [str(field["description"])]
    if "pattern" in innermost:
        notes.append(f"Pattern: `{innermost['pattern']}`.")
    if not _properties(field):  # an object says its rules where it is described
        of_entries = [] if innermost is field or _properties(innermost) else _messages(innermost)
        notes += [f"Rule: {message}." for message in (*_messages(field), *of_entries)]
    default = "**required**" if required else _default(field)
    cells = [f"`{name}`", _type(f"{path}.{name}", field), default, " ".join(notes)]
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _default(field: JsonObject) -> str:
    value = field.get("default")
    if value is None or value == {}:
        return ""
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _type(path: str, field: JsonObject) -> str:
    if EMBEDDED_KEY in field:
        return _kubernetes(str(field[EMBEDDED_KEY]))
    if PATCH_KEY in field:
        return f"patch of {_kubernetes(str(field[PATCH_KEY]))}"
    if "enum" in field:
        return "one of " + ", ".join(f"`{value}`" for value in cast("list[JsonValue]", field["enum"]))
    if field["type"] == "array":
        items = cast("JsonObject", field["items"])
        keys = cast("list[str]", field.get("x-kubernetes-list-map-keys", []))
        unique = f", each `{'` and `'.join(keys)}` once" if keys else ""
        return f"list{_bounds(field, 'Items', 'entries')} of {_type(f'{path}[]', items)}{unique}"
    if _properties(field):
        return f"[object](#{anchor(path)})"
    if isinstance(values := field.get("additionalProperties"), dict):
        return f"map{_bounds(field, 'Properties', 'entries')} of {_type(f'{path}{{}}', values)}"
    if field["type"] == "integer":
        return f"integer{_bounds(field, 'imum', '')}"
    return f"{field.get('format', field['type'])}{_bounds(field, 'Length', 'characters')}"


def _bounds(field: JsonObject, of: str, unit: str) -> str:
    """Such as " (1 to 253 characters)"; empty where there are none."""
    least, most = field.get(f"min{of}"), field.get(f"max{of}")
    match least, most:
        case None, None:
            return ""
        case None, _:
            words = f"at most {most} {unit}"
        case 1, None:
            words = "not empty"
        case _, None:
            words = f"at least {least} {unit}"
        case _:
            words = f"{least} to {most} {unit}"
    return f" ({words.rstrip()})"


def _kubernetes(model: str) -> str:
    name = model.removeprefix("V1")
    group = "networking-k8s-io" if name.startswith("NetworkPolicy") else "core"
    return f"[{name}]({_KUBERNETES}/#{name.lower()}-v1-{group})"


def _innermost(path: str, field: JsonObject) -> tuple[str, JsonObject]:
    """What a list or a map is made of; anything else is itself."""
    if isinstance(items := field.get("items"), dict):
        return _innermost(f"{path}[]", items)
    if isinstance(values := field.get("additionalProperties"), dict):
        return _innermost(f"{path}{{}}", values)
    return path, field


def _rules(schema: JsonObject) -> Iterator[str]:
    if messages := _messages(schema):
        yield "Rules:\n" + "".join(f"\n- {message}" for message in messages) + "\n"


def _messages(schema: JsonObject) -> list[str]:
    rules = cast("list[dict[str, str]]", schema.get("x-kubernetes-validations", []))
    return [rule["message"] for rule in rules]


def _properties(schema: JsonObject) -> Mapping[str, JsonObject]:
    return cast("Mapping[str, JsonObject]", schema.get("properties", {}))


def anchor(path: str) -> str:
    """The page's anchor of an object, such as `ritsukobot.spec.access.rules`."""
    return path.replace("[]", "").replace("{}", "").lower()


def main() -> None:
    parser = argparse.ArgumentParser(description="Generate the reference page of the API.")
    parser.add_argument("file", type=Path, help="where the page goes")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if the page differs")
    arguments = parser.parse_args()
    file = cast("Path", arguments.file)
    if not arguments.check:
        file.write_text(page())
        print(file)
    elif not file.exists() or file.read_text() != page():
        raise SystemExit(f"{file} does not match the models: run `make crds` and commit the result")


if __name__ == "__main__":
    main()
