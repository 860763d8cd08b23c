"""A person in a browser: says something to the bot and sees the answer arrive."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.zulip import ZulipEmulator

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS.split())
        yield launched
        launched.close()


@pytest.fixture
def page(zulip_server: ZulipEmulator, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))
    yield opened
    context.close()
    assert not problems


def test_a_conversation_with_the_bot(zulip_server: ZulipEmulator, page: Page, tmp_path: Path) -> None:
    page.goto(zulip_server.url + "/?as=hamlet")
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    page.get_by_label("Topic").fill("deploys")
    page.get_by_label("Message", exact=True).fill("@**Ritsuko** mcp list")
    page.keyboard.press("Enter")
    asked = zulip_server.wait_for_message(lambda m: m.content == "@**Ritsuko** mcp list")
    assert (asked.sender_id, asked.topic) == (9, "deploys")
    assert "mentioned" in asked.flags[14]
    table = (
        "| server | state |\n|-|-|\n| kubernetes | Ready |\n\n```text\nweb-0   Running\n```\n```spoiler More\nrest\n```"
    )
    zulip_server.send("ritsuko", table, to="ops", topic="deploys")
    answer = page.locator("article").last
    expect(answer.get_by_role("cell", name="kubernetes")).to_be_visible()
    expect(answer.locator("pre code")).to_have_text("web-0   Running\n")
    expect(answer.get_by_text("rest")).to_be_hidden()
    answer.get_by_text("More").click()
    expect(answer.get_by_text("rest")).to_be_visible()
    zulip_server.client("cordelia").add_reaction({"message_id": asked.id + 1, "emoji_name": "tada"})
    expect(answer.locator(".reactions button")).to_contain_text("1")
    page.screenshot(path=tmp_path / "conversation.png")


def test_text_stays_text(zulip_server: ZulipEmulator, page: Page) -> None:
    hostile = "<img src=x onerror=alert(1)> <script>alert(2)</script> [x](javascript:alert(3)) `<b>c</b>`"
    zulip_server.send("cordelia", hostile, to="ops", topic="<img src=x onerror=alert(4)>")
    page.goto(zulip_server.url + "/?as=hamlet")
    message = page.locator("article").last
    expect(message).to_contain_text("<script>alert(2)</script>")
    expect(message).to_contain_text("[x](javascript:alert(3))")
    expect(message.locator("code")).to_have_text("<b>c</b>")
    assert page.locator("#feed img, #feed script, #feed b b, nav img").count() == 0


def test_direct_messages_and_another_identity(zulip_server: ZulipEmulator, page: Page) -> None:
    zulip_server.send("ritsuko", "hello hamlet", dm="hamlet")
    page.goto(zulip_server.url + "/?as=hamlet")
    page.get_by_role("navigation").get_by_title("Ritsuko").click()
    expect(page.locator("article")).to_contain_text("hello hamlet")
    expect(page.get_by_label("Topic")).to_be_hidden()
    page.get_by_label("Choose who you are").select_option(label="Iago")
    expect(page.locator("article")).to_have_count(0)
    page.get_by_label("Message", exact=True).fill("hello from iago")
    page.get_by_role("button", name="Send").click()
    sent = zulip_server.wait_for_message(lambda m: m.content == "hello from iago")
    assert sent.people == (7, 14)


def test_the_page_survives_a_lost_queue(zulip_server: ZulipEmulator, page: Page) -> None:
    page.goto(zulip_server.url + "/?as=hamlet")
    expect(page.get_by_text("live", exact=True)).to_be_visible()
    zulip_server.event_server("crash")
    zulip_server.send("ritsuko", "still here", to="ops", topic="t")
    expect(page.locator("article")).to_contain_text("still here")


def test_a_picture_the_bot_uploads_is_seen(zulip_server: ZulipEmulator, page: Page) -> None:
    picture = io.BytesIO(base64.b64decode(DOT))
    picture.name = "load.png"
    bot = zulip_server.client("ritsuko")
    uri = bot.upload_file(picture)["uri"]
    bot.send_message({"type": "stream", "to": "ops", "topic": "t", "content": f"[load]({uri})"})
    page.goto(zulip_server.url + "/?as=hamlet")
    image = page.get_by_role("img", name="load")
    expect(image).to_be_visible()
    expect(image).to_have_js_property("naturalWidth", 1)
