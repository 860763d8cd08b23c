"""What the page quotes is what the programs say."""

import re

import pytest

from tools.markdown import ROOT
from tools.sentences import packages, sentences

QUOTED = [
    match[2]
    for match in re.finditer(r"^### (`+) ?(.*?) ?\1$", (ROOT / "docs" / "troubleshooting.md").read_text(), re.MULTILINE)
]


@pytest.fixture(scope="module")
def said() -> str:
    """Every sentence of every program, with … for its holes."""
    texts = [
        text for folder in packages().values() for path in folder.rglob("*.py") for text in sentences(path.read_text())
    ]
    return re.sub(r"\{…\}|%\w", "…", "\n".join(texts))


@pytest.mark.parametrize("quoted", QUOTED)
def test_a_program_says_it(quoted: str, said: str) -> None:
    assert quoted in said
