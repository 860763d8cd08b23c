"""Golden files: `cases/` holds resources as users write them, `expected/` what is rendered of them.

A case is a RitsukoBot, its McpSidecars and, where it matters, a document of kind `RenderContext`. What is expected is
a YAML document for each manifest; before them, for what is not rendered, a document that says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.sidecar import McpSidecar
from ritsuko_operator.render import RenderContext, RenderError, SidecarSelection, accept, headers, render, tokens

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """One pair of files."""

    name: str

    @property
    def source(self) -> Path:
        return FOLDER / "cases" / f"{self.name}.yaml"

    @property
    def golden(self) -> Path:
        return FOLDER / "expected" / f"{self.name}.yaml"

    @cached_property
    def resources(self) -> list[dict[str, Any]]:
        """The resources as they stand in the file."""
        return [one for one in yaml.safe_load_all(self.source.read_text()) if one["kind"] != "RenderContext"]

    @cached_property
    def bot(self) -> RitsukoBot:
        return next(RitsukoBot.model_validate(placed(one)) for one in self.resources if one["kind"] == "RitsukoBot")

    @cached_property
    def selection(self) -> SidecarSelection:
        return accept(
            self.bot,
            [McpSidecar.model_validate(placed(one)) for one in self.resources if one["kind"] == "McpSidecar"],
        )

    @cached_property
    def context(self) -> RenderContext:
        given = next((one for one in yaml.safe_load_all(self.source.read_text()) if one["kind"] == "RenderContext"), {})
        ours = {
            "tokens": {name: {1: f"token-of-{name}"} for name in tokens.servers_with_token(self.selection)},
            "headers": {key: f"value-of-{key}" for key in headers.servers_with_token(self.selection)},
        }
        said = ours | {key: value for key, value in given.items() if key != "kind"}
        return RenderContext("0.1.0", **{**said, "left_out": frozenset(said.get("left_out", ()))})

    def manifests(self) -> list[dict[str, Any]]:
        """What is rendered; raises `RenderError` if the case is about that."""
        return render(self.bot, self.selection, self.context)

    def rendered(self) -> str:
        """The text that the golden file should have."""
        documents: list[dict[str, Any]] = []
        if refused := self.selection.refused:
            documents.append({"refused": [{"name": one.name, str(one.reason): one.message} for one in refused]})
        try:
            documents += self.manifests()
        except RenderError as error:
            documents.append({"stalled": str(error)})
        return yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)


def cases() -> list[Case]:
    return [Case(path.stem) for path in sorted((FOLDER / "cases").glob("*.yaml"))]


def placed(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource with what the apiserver adds to its metadata."""
    metadata = {"namespace": "ops", "uid": "5f2c1b1e-0000-4000-8000-000000000001", **resource["metadata"]}
    return {**resource, "metadata": metadata}


class _Dumper(yaml.SafeDumper):
    """Text of several lines, such as `mcp.json`, stands there as lines."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)
