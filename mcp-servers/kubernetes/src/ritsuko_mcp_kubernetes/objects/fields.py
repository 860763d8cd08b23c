"""Reading objects that the API server sent: anything may be missing, and nothing has a surprising type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from ritsuko_mcp_kubernetes.api.client import Json


def at(item: Json, *path: str) -> Json:
    """The object at `path`; an empty one where there is none."""
    node: Any = item
    for key in path:
        node = cast(Json, node).get(key) if isinstance(node, dict) else None
    return cast(Json, node) if isinstance(node, dict) else {}


def objects(item: Json, *path: str) -> list[Json]:
    """The objects of the list at `path`."""
    found: Any = at(item, *path[:-1]).get(path[-1])
    if not isinstance(found, list):
        return []
    return [cast(Json, entry) for entry in cast("list[Any]", found) if isinstance(entry, dict)]


def texts(item: Json, *path: str) -> list[str]:
    """The list at `path`, its entries as text."""
    found: Any = at(item, *path[:-1]).get(path[-1])
    return [str(entry) for entry in cast("list[Any]", found)] if isinstance(found, list) else []


def conditions(item: Json) -> dict[str, Json]:
    """Conditions by their type."""
    return {str(condition.get("type")): condition for condition in objects(item, "status", "conditions")}


def owners(item: Json) -> Iterator[tuple[str, str]]:
    """(kind, name) of what the object belongs to."""
    for owner in objects(item, "metadata", "ownerReferences"):
        yield str(owner.get("kind")), str(owner.get("name"))


def matches(selector: Json, labels: Json) -> bool:
    """Whether `labels` satisfy a plain selector (a Service's); an empty selector selects nothing."""
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())


def ready(pod: Json) -> bool:
    """Whether a pod's Ready condition holds."""
    return conditions(pod).get("Ready", {}).get("status") == "True"


def selector_of(selector: Json) -> str:
    """A LabelSelector as the query parameter; empty for one that selects nothing or everything."""
    parts = [f"{key}={value}" for key, value in at(selector, "matchLabels").items()]
    for rule in objects(selector, "matchExpressions"):
        key, values = rule.get("key"), ",".join(texts(rule, "values"))
        match rule.get("operator"):
            case "In":
                parts.append(f"{key} in ({values})")
            case "NotIn":
                parts.append(f"{key} notin ({values})")
            case "Exists":
                parts.append(f"{key}")
            case _:
                parts.append(f"!{key}")
    return ",".join(parts)
