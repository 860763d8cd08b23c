"""Markdown wraps at one width, and wrapping changes nothing but line ends."""

import pytest

from tools import markdown

LONG = "word " * 40


def test_no_document_has_a_longer_line() -> None:
    assert markdown.main(["--check"]) == 0


@pytest.mark.parametrize("path", markdown.documents(), ids=lambda path: str(path.relative_to(markdown.ROOT)))
def test_wrapping_again_changes_nothing(path) -> None:
    text = path.read_text()
    assert markdown.wrapped(text) == text


@pytest.mark.parametrize(
    "text",
    [
        f"{LONG}",
        f"- {LONG}\n- {LONG}",
        f"1. {LONG}",
        f"> {LONG}\n> more",
        f"{LONG} `a span\nwith a break` {LONG}",
        f"{LONG}\n\n| {LONG} |\n\n{LONG}",
        f"{LONG} ``a ` tick`` and [a link that has words](x.md), {LONG}",
    ],
)
def test_words_stay_and_lines_get_short(text: str) -> None:
    new = markdown.wrapped(text)
    assert [word for word in new.split() if word != ">"] == [word for word in text.split() if word != ">"]
    assert [line for line in new.splitlines() if len(line) > markdown.WIDTH and not line.startswith("|")] == []
    assert markdown.wrapped(new) == new


def test_spans_and_links_are_not_broken() -> None:
    span = "`mcp kubernetes get pods --namespace shop`"
    link = "[a link that has words](decisions/x.md)"
    for padding in range(60, 120):
        new = markdown.wrapped("x" * padding + f" {span} and {link} {LONG}")
        assert span in new
        assert link in new


def test_the_continuation_of_an_item_is_indented() -> None:
    assert all(line.startswith(("- ", "  ")) for line in markdown.wrapped(f"- {LONG}").splitlines())


def test_code_tables_headings_and_short_lines_stay() -> None:
    text = f"# {LONG}\n\n```\n{LONG}\n```\n\n| {LONG} |\n\na short line\nand another\n"
    assert markdown.wrapped(text) == text
    assert markdown.long_lines(text) == []


def test_long_lines_are_named() -> None:
    assert markdown.long_lines(f"short\n{LONG}\n") == [2]
