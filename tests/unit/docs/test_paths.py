"""The files and folders that the guides name are there."""

import re

import pytest

from tools.markdown import ROOT

GUIDES = ("CONTRIBUTING.md", "CLAUDE.md", "README.md", "docs/extending.md")

_PATH = re.compile(r"`((?:bot|common|crds|docs|manifests|mcp-servers|operator|tests|tools)/[\w./-]*)`")


@pytest.mark.parametrize("guide", GUIDES)
def test_paths_exist(guide: str) -> None:
    for path in _PATH.findall((ROOT / guide).read_text()):
        assert (ROOT / path).exists(), path
