"""Structures written down for people."""

from __future__ import annotations

import json

import yaml
from pydantic import JsonValue


def to_yaml(value: JsonValue) -> str:
    """YAML in the order of the fields, block style, long lines left whole, multi-line text as a block."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000).rstrip("\n")


def to_json(value: JsonValue) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as a block, as people do."""


def _write_text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _write_text)
