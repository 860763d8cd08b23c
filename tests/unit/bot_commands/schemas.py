"""Input schemas like those of real servers."""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}

QUERY: dict[str, Any] = {
    "type": "object",
    "properties": {
        "query": {"type": "string", "description": "A PromQL expression."},
        "time": {"type": "string", "default": ""},
        "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 10},
    },
    "required": ["query"],
}

GET: dict[str, Any] = {
    "type": "object",
    "properties": {
        "kind": TEXT,
        "name": TEXT,
        "namespace": TEXT,
        "labelSelector": TEXT,
        "all_namespaces": {"type": "boolean"},
        "fields": {"type": "array", "items": TEXT},
    },
    "required": ["kind"],
}

MIXED: dict[str, Any] = {
    "type": "object",
    "$defs": {"Level": {"type": "string", "enum": ["Low", "High"]}},
    "properties": {
        "level": {"$ref": "#/$defs/Level"},
        "ratio": {"type": "number", "exclusiveMinimum": 0},
        "count": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "either": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
        "numbers": {"type": "array", "items": {"type": "integer"}, "maxItems": 5},
        "where": {
            "type": "object",
            "properties": {"zone": TEXT, "port": {"type": "integer"}},
            "required": ["zone"],
            "additionalProperties": False,
        },
        "anything": {},
        "types": {"type": ["boolean", "string"]},
    },
}
