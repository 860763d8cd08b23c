"""What counts as a sentence that people or models read."""

from pathlib import Path

import pytest

from tools.sentences import LISTS, listing, packages, sentences

SOURCE = '''"""A module."""

NAME = "ritsuko-bot"
PATTERN = re.compile(r"(?:is|are) not")
KIND = cast("dict[str, Any]", value)


def refuse(name: str) -> str:
    """Say no."""
    raise Refused(f"there is no server {name!r}: {nearest(f'did you mean {name}?')}" + "\\nTry `mcp list`.")
'''


def test_sentences_are_found_with_their_holes() -> None:
    assert sorted(sentences(SOURCE)) == ["did you mean {…}?", "there is no server {…}: {…}", "⏎Try `mcp list`."]


@pytest.mark.parametrize("text", ["ritsuko-bot", "app.kubernetes.io/name", "a", "{x}", "%s", ", ", "--flag", "a b"])
def test_what_is_no_sentence_is_left_out(text: str) -> None:
    assert list(sentences(f"X = {text!r}")) == []


@pytest.mark.parametrize("text", ["is not a number", "No pods.", "{…} pods are ready", "Loki did not respond in time"])
def test_short_ones_count(text: str) -> None:
    assert list(sentences(f"X = {text!r}")) == [text]


@pytest.mark.parametrize(("name", "folder"), packages().items(), ids=packages())
def test_a_reviewer_sees_every_sentence(name: str, folder: Path) -> None:
    """After a change to what people read: `make golden`, and review the difference."""
    assert (LISTS / f"{name}.txt").read_text() == listing(folder)


def test_no_list_is_left_over() -> None:
    assert {path.stem for path in LISTS.glob("*.txt")} == set(packages())
