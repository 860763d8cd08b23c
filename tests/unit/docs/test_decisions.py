"""Decisions have one form, numbers without gaps, and a line in the index."""

import re

import pytest

from tools.markdown import ROOT

FOLDER = ROOT / "docs" / "decisions"
PAGES = sorted(FOLDER.glob("[0-9]*.md"))

_HEAD = re.compile(
    r"# (?P<number>\d{4})\. (?P<title>[^\n]+[^.\n])\n\n"
    r"- Date: (?P<date>\d{4}-\d\d-\d\d)\n- Status: (?P<status>proposed|accepted|superseded by \[?\d{4}[^\n]*)\n\n"
)


def test_numbers_have_no_gaps() -> None:
    assert [int(page.name[:4]) for page in PAGES] == list(range(1, len(PAGES) + 1))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_decision_has_the_form(page) -> None:
    text = page.read_text()
    head = _HEAD.match(text)
    assert head, "title, date and status, as the others have them"
    assert page.name.startswith(f"{head['number']}-")
    sections = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert [one for one in sections if one != "Alternatives"] == ["Context", "Decision", "Consequences"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_index_lists_it(page) -> None:
    head = _HEAD.match(page.read_text())
    assert head
    row = f"| [{head['number']}]({page.name}) | {head['title']} | {head['date']} | {head['status']} |"
    assert row in (FOLDER / "README.md").read_text().splitlines()
