"""docs/api.md: what is committed is what the models say, and every field of both kinds is on it."""

import re
from pathlib import Path

import pytest

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.reference import anchor, page
from ritsuko_api.sidecar import McpSidecar
from ritsuko_api.structural import structural
from tests.specs.crd import nodes

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text()
KINDS = {"RitsukoBot": RitsukoBot, "McpSidecar": McpSidecar}


def test_the_committed_page_is_what_the_models_say() -> None:
    assert page() == PAGE, "run `make crds`"


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_a_description_and_a_line(kind: str) -> None:
    lines = _lines()
    for section in ("spec", "status"):
        for path, node in nodes(structural(KINDS[kind])["properties"][section], f"{kind}.{section}"):
            for name, field in node.get("properties", {}).items():
                assert len(field.get("description", "")) > 5, f"{path}.{name} has no description"
                assert field["description"].endswith((".", "`.")), f"{path}.{name}: end the sentence"
                line = lines.get(f"{path}.{name}")
                assert line is not None, f"{path}.{name} is not on the page"
                assert field["description"].replace("|", "\\|") in line


@pytest.mark.parametrize("kind", KINDS)
def test_every_rule_is_on_the_page(kind: str) -> None:
    for path, node in nodes(structural(KINDS[kind])):
        for rule in node.get("x-kubernetes-validations", []):
            assert rule["message"] in PAGE, path


def test_every_link_within_the_page_leads_somewhere() -> None:
    targets = set(re.findall(r'<a id="([^"]+)">', PAGE))
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= targets
    assert anchor("McpSidecar.spec.headers[].valueFrom") in targets


def _lines() -> dict[str, str]:
    """The page's lines by the field that they are about."""
    lines: dict[str, str] = {}
    section = ""
    for line in PAGE.splitlines():
        if heading := re.fullmatch(r'### <a id="[^"]+"></a>(\S+)', line):
            section = heading[1]
        elif row := re.match(r"\| `([^`]+)` \|", line):
            lines[f"{section}.{row[1]}"] = line
    return lines
