"""Streams cut into lines, timestamps and levels."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_common.redaction.redactor import Redaction
from ritsuko_mcp_logs.lines.levels import level_of
from ritsuko_mcp_logs.lines.stream import blocks, nanoseconds, not_read, readable, split


async def stream(chunks: list[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def joined(chunks: list[bytes]) -> list[bytes]:
    return [line async for block in blocks(stream(chunks)) for line in block[:-1].split(b"\n")]


@given(st.lists(st.binary(max_size=20).map(lambda part: part.replace(b"x", b"\n")), max_size=20))
async def test_lines_do_not_depend_on_how_the_stream_was_cut(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    expected = whole.removesuffix(b"\n").split(b"\n") if whole else []
    assert await joined(chunks) == expected


async def test_of_an_endless_line_the_beginning_is_kept_and_the_next_line_is_whole() -> None:
    lines = await joined([b"first\n", *[b"y" * 65536] * 50, b"yy\nlast\n"])
    assert lines[0] == b"first"
    assert lines[1] == b"y" * 256 * 1024 + b" [3014658 more bytes were not read]"
    assert lines[2:] == [b"last"]
    assert [not_read(line) for line in lines] == [0, 3_014_658, 0]


async def test_of_an_endless_last_line_too() -> None:
    (line,) = await joined([b"y" * 262_145])
    assert not_read(line) == 1


def test_what_only_says_that_it_was_cut_was_not() -> None:
    assert not_read(b"x [7 more bytes were not read]") == 0
    assert readable(b"x [7 more bytes were not read]", 100) == "x [7 more bytes were not read]"


async def test_how_much_is_left_out_is_right() -> None:
    (line,) = await joined([b"N " + b"y." * 500_000])
    assert readable(line, 100).endswith("y.… [999902 more bytes cut]")
    assert readable("ü.".encode() * 100, 100) == "ü." * 50 + "… [150 more bytes cut]"
    assert readable(b"\x1b[31m" + b"y." * 100 + b"\x1b[0m", 100) == "y." * 50 + "… [100 more bytes cut]"


async def test_of_a_long_line_of_base64_it_is_said_how_much_is_hidden_and_how_much_cut() -> None:
    hidden = "[redacted-base64, 2000 characters]"
    assert readable(b"X" * 20_000 + b" and prose", 2_000) == f"{hidden}… [18010 more bytes cut]"
    assert readable(b"X" * 1_000 + b" and prose", 2_000) == "X" * 1_000 + " and prose"
    (line,) = await joined([b"X" * 1_000_000 + b" and prose"])
    assert readable(line, 2_000) == f"{hidden}… [998010 more bytes cut]"


@pytest.mark.parametrize(
    ("line", "timestamp", "text"),
    [
        (b"2026-09-21T14:13:20.5Z hello", b"2026-09-21T14:13:20.5Z", b"hello"),
        (b"2026-09-21T14:13:20.123456789+02:00 hello", b"2026-09-21T14:13:20.123456789+02:00", b"hello"),
        (b"2026-09-21T14:13:20.123456789Z ", b"2026-09-21T14:13:20.123456789Z", b""),
        (b"2026-09-21T14:13:20.123456789Z", b"2026-09-21T14:13:20.123456789Z", b""),
        (b"no timestamp at all in here", b"", b"no timestamp at all in here"),
        (b"", b"", b""),
    ],
)
def test_timestamps_are_split_off(line: bytes, timestamp: bytes, text: bytes) -> None:
    assert split(line) == (timestamp, text)


@pytest.mark.parametrize(
    ("timestamp", "moment"),
    [
        (b"2026-09-21T14:13:20Z", 1_790_000_000 * 10**9),
        (b"2026-09-21T14:13:20.5Z", 1_790_000_000 * 10**9 + 500_000_000),
        (b"2026-09-21T16:13:20.000000001+02:00", 1_790_000_000 * 10**9 + 1),
        (b"2026-99-21T14:13:20Z", 0),
        (b"", 0),
    ],
)
def test_timestamps_are_read_to_the_nanosecond(timestamp: bytes, moment: int) -> None:
    assert nanoseconds(timestamp) == moment


def test_text_for_people() -> None:
    assert readable(b"\x1b[1;31mred\x1b[0m \x1b]0;title\x07x\r", 100) == "red x"
    assert readable(b"\xff\xfe bad", 100) == "\ufffd\ufffd bad"
    assert readable(b"y." * 75, 100) == "y." * 50 + "… [50 more bytes cut]"


@pytest.mark.parametrize(
    ("line", "level"),
    [
        (b'{"ts":1,"level":"ERROR","msg":"x"}', "error"),
        (b'{"severity": "warning"}', "warn"),
        (b"ts=1 level=info msg=x", "info"),
        (b"lvl=dbug", "debug"),
        (b"2026-01-01 12:00:00,123 ERROR [main] x", "error"),
        (b"[warn] x", "warn"),
        (b"[2026-01-01] [Critical] x", "fatal"),
        (b"W0921 14:00:00.1 1 x.go:1] y", "warn"),
        (b"2026/01/01 12:00:00 [error] 29#29: *1 open() failed", "error"),
        (b"INFO:root:started", "info"),
        (b"no error found", None),
        (b"level=unknown", None),
        (b"the word information is in here", None),
        (b"ERRORS=0 happened", None),
        (b"", None),
    ],
)
def test_levels(line: bytes, level: str | None) -> None:
    assert level_of(line) == level


def test_a_line_of_a_key_is_hidden_and_a_hash_is_not() -> None:
    assert readable(b"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDDDDDDDDDDDDDD", 100) == (
        "[redacted-base64-line, 64 characters]"
    )
    digest = b"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    assert readable(digest, 100) == digest.decode()
    assert readable(b"an ordinary line", 100) == "an ordinary line"


@pytest.mark.parametrize("before", range(1_940, 2_000, 7))
def test_a_line_is_not_cut_within_a_word_which_may_be_a_secret(before: int) -> None:
    secret = "q7Rk2ZtXv9LmBw4ScYd8HjNf3GpTaKe5UiQz"
    for form in ("postgres://app:{}@db:5432/shop", '{{"url":"https://me:{}@example.com"}}', "ghp_{}"):
        line = f"{'x' * (before - 1)} {form.format(secret)} {'and more ' * 50}"
        shown = Redaction().text(readable(line.encode(), 2_000))
        assert not any(secret[place : place + 8] in shown for place in range(len(secret) - 7)), shown[-200:]
