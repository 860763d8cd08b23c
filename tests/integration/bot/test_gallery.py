"""Answers as people see them, in a browser: nothing gets out of its block, tables are straight, links are our own.

With RITSUKO_GALLERY=docs/gallery (`make gallery`) the pictures are kept there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from ritsuko_bot.answers.layout import width_of
from tests.cluster import ControlPlane
from tests.integration.bot.bots import BOT
from tests.integration.bot.gallery import EXHIBITS, Exhibit, index, on_show
from tests.integration.bot_mcp.servers.workshop import HOSTILE
from tests.integration.zulip.test_page import FLAGS
from tests.zulip import ZulipEmulator

pytestmark = [pytest.mark.browser, pytest.mark.controlplane, pytest.mark.slow, pytest.mark.timeout(300)]

_CHANNEL = 4
_WIDTH = 1340
_TABLES = {
    "servers": 4,
    "status": 7,
    "tools": 2,
    "pods": 5,
    "wide-table": 7,
    "long-table": 4,
    "other-scripts": 3,
    "first-page": 1,
    "resources": 3,
}
"""How many columns a table has at least."""

_STYLE = """
  article.new { animation: none }
  .edited, article time { visibility: hidden }
  .code pre { max-height: none }
"""

# Every character of the code blocks, with where it was drawn: of lines that a fixed-width font draws in fixed steps.
_READ = """() => {
  document.querySelectorAll("article details").forEach((one) => { one.open = true; });
  const lines = (code) => {
    const places = [];
    const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      for (let at = 0; at < walker.currentNode.length; at++) places.push([walker.currentNode, at]);
    }
    const drawn = [[]];
    for (const [node, at] of places) {
      if (node.data[at] === "\\n") { drawn.push([]); continue; }
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const box = range.getBoundingClientRect();
      drawn.at(-1).push([node.data[at], box.left, box.top]);
    }
    return drawn;
  };
  const own = [...document.querySelectorAll("article")].filter((one) => one.querySelector(".bot"));
  const contents = own.map((one) => one.querySelector(".content"));
  const outside = contents.map((one) => {
    const copy = one.cloneNode(true);
    copy.querySelectorAll("code, a").forEach((part) => part.remove());
    return copy.textContent;
  });
  return {
    outside: outside.join("\\n"),
    inside: contents.flatMap((one) => [...one.querySelectorAll("pre")].map((pre) => pre.textContent)),
    blocks: contents.flatMap((one) => [...one.querySelectorAll("pre code")].map(lines)),
    links: contents.flatMap((one) => [...one.querySelectorAll("a")].map((link) => link.textContent)),
    mentions: contents.reduce((sum, one) => sum + one.querySelectorAll(".mention").length, 0),
    markup: contents.flatMap((one) => [...one.querySelectorAll("h1,h2,h3,h4,h5,h6,ul,ol,blockquote,table,del")]
      .map((found) => found.tagName)),
    pictures: contents.flatMap((one) => [...one.querySelectorAll("img")].map((image) => image.naturalWidth)),
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  };
}"""


@pytest.fixture(scope="module")
def shown(plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZulipEmulator]:
    with ZulipEmulator(requests_per_minute=None) as zulip, on_show(plane, zulip, tmp_path_factory.mktemp("gallery")):
        yield zulip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS.split())
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": _WIDTH, "height": 900}, color_scheme="light")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kept = os.environ.get("RITSUKO_GALLERY")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.md").write_text(index(EXHIBITS), encoding="utf-8")
    return folder


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.name)
def test_an_answer_looks_as_it_should(exhibit: Exhibit, shown: ZulipEmulator, page: Page, gallery: Path) -> None:
    _open(page, shown, exhibit)
    _photograph(page, gallery / f"{exhibit.name}.png")
    seen = page.evaluate(_READ)
    assert seen["mentions"] == 0
    assert seen["markup"] == []
    assert seen["wide"] <= 0
    uploaded = {file.name for file in shown.world.files.values()}
    assert [text for text in seen["links"] if text not in {"↑", "…", "?", *uploaded}] == []
    _straight(seen["blocks"])
    if exhibit.name in _TABLES:
        assert max(map(_columns, seen["blocks"])) >= _TABLES[exhibit.name]


def test_a_picture_is_seen_and_a_file_can_be_fetched(shown: ZulipEmulator, page: Page) -> None:
    _open(page, shown, _named("picture"))
    page.wait_for_function("() => document.querySelector('article img')?.naturalWidth > 0")
    _open(page, shown, _named("log-file"))
    with page.expect_download() as fetching:
        page.get_by_role("link", name="workshop-logs.txt").click()
    assert len(fetching.value.path().read_text().splitlines()) == 3000


def test_a_text_that_tries_to_break_out_stays_in_its_block(shown: ZulipEmulator, page: Page) -> None:
    _open(page, shown, _named("hostile"))
    seen = page.evaluate(_READ)
    assert HOSTILE in "\n".join(seen["inside"])
    assert page.locator("article:has(.bot) .emoji").count() == 0
    words = set(re.findall(r"\w{3,}", HOSTILE))
    assert not words & set(re.findall(r"\w{3,}", seen["outside"]))
    said = next(m for m in shown.messages(sender=BOT) if m.topic == "hostile")
    assert not any("mentioned" in flags for flags in said.flags.values())


def test_a_long_text_is_summarised_then_folded(shown: ZulipEmulator, page: Page) -> None:
    _open(page, shown, _named("folded-log"))
    content = page.locator("article:has(.bot) .content")
    summary = content.locator("> p").first.inner_text()
    assert summary.startswith("90 lines; 2 mention an error, most recently: 2026-11-24T10:00:57Z ERROR payment")
    assert summary.endswith("; 4 mention a warning; from 2026-11-24T10:00:00 to 2026-11-24T10:01:29.")
    assert content.locator("details").get_attribute("open") is None
    last = content.get_by_text("10:01:29Z")
    assert not last.is_visible()
    content.locator("summary").click()
    assert last.is_visible()


def _named(name: str) -> Exhibit:
    return next(exhibit for exhibit in EXHIBITS if exhibit.name == name)


def _open(page: Page, zulip: ZulipEmulator, exhibit: Exhibit) -> None:
    # The page reads what is behind the # only when it is loaded.
    page.goto("about:blank")
    page.set_viewport_size({"width": _WIDTH, "height": 900})
    page.goto(f"{zulip.url}/?as=hamlet#channel/{_CHANNEL}/{quote(exhibit.topic)}")
    page.locator("article:has(.bot)").first.wait_for()
    page.wait_for_function("() => [...document.querySelectorAll('article img')].every((image) => image.complete)")


def _photograph(page: Page, path: Path) -> None:
    """The messages and nothing else, as tall as they are."""
    page.add_style_tag(content=_STYLE)
    tall = page.evaluate("() => Math.ceil(document.querySelector('#feed').scrollHeight)")
    page.set_viewport_size({"width": _WIDTH, "height": tall + 220})
    boxes = [article.bounding_box() for article in page.locator("article").all()]
    found = [box for box in boxes if box is not None]
    top, bottom = min(box["y"] for box in found), max(box["y"] + box["height"] for box in found)
    left, right = min(box["x"] for box in found), max(box["x"] + box["width"] for box in found)
    page.mouse.move(0, 0)
    page.screenshot(
        path=path, clip={"x": left, "y": top - 6, "width": right - left, "height": bottom - top + 12}, scale="css"
    )
    assert path.stat().st_size > 1_000


def _straight(blocks: list[list[list[Any]]]) -> None:
    """In every block each line is one line, and the steps from one ASCII character to the next are all alike."""
    for lines in blocks:
        for line in lines:
            assert len({round(top) for char, _, top in line if char.isascii()}) <= 1, line
            start = [(left, char) for char, left, _ in line]
            steps = [b[0] - a[0] for a, b in pairwise(start) if (a[1] + b[1]).isascii()]
            assert max(steps, default=0) - min(steps, default=0) < 0.1, line


def _columns(lines: list[list[Any]]) -> int:
    """Into how many columns the lines fall: at how many places all of them have a gap, and one."""
    texts = ["".join(char for char, _, _ in line) for line in lines]
    rows = ["".join(char + "\0" * (width_of(char) - 1) for char in text) for text in texts if text]
    if len(rows) < 2:
        return 0
    wide = max(map(len, rows))
    gap = [all(row[at : at + 1] in ("", " ") for row in rows) for at in range(wide)]
    return 1 + sum(gap[at] and not gap[at - 1] for at in range(1, wide))
