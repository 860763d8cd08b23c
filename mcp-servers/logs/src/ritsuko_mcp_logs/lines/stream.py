"""A log as it streams in: cut into lines of bounded length, each with the time the container runtime gave it."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import lru_cache

_LONGEST_LINE = 256 * 1024
_LONGEST_WORD = 256
_BETWEEN_WORDS = " \t\"',;"
_TIMESTAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")
_ANSI = re.compile(rb"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)")

_NOT_READ = re.compile(rb" \[(\d{1,18}) more bytes were not read\]\n?\Z")

# What a line of a PEM block looks like when it is shown without the lines around it; a hash in hex is none.
_KEY_MATERIAL = re.compile(r"\s*(?=[0-9A-Za-z+/]*[G-Zg-z+/])[A-Za-z0-9+/]{48,}={0,2}\s*")


async def blocks(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The stream in blocks of whole lines, each ending in a newline; of a line over 256 KiB only the beginning, as a
    block of its own that says how much of it is missing (`not_read`).

    What is held at a time is one chunk and one such line, however long the log.
    """
    carry = b""
    missing = 0
    async for chunk in chunks:
        if missing:
            rest, newline, chunk = chunk.partition(b"\n")
            missing += len(rest)
            if not newline:
                continue
            yield _beginning(carry, missing)
            carry, missing = b"", 0
        end = chunk.rfind(b"\n") + 1
        if end:
            yield b"".join((carry, memoryview(chunk)[:end]))
            carry = chunk[end:]
        else:
            carry += chunk
        if len(carry) > _LONGEST_LINE:
            carry, missing = carry[:_LONGEST_LINE], len(carry) - _LONGEST_LINE
    if missing:
        yield _beginning(carry, missing)
    elif carry:
        yield carry + b"\n"


def _beginning(line: bytes, missing: int) -> bytes:
    return b"%b [%d more bytes were not read]\n" % (line, missing)


def not_read(line: bytes) -> int:
    """How many bytes are missing at the end of a line that `blocks` cut; 0 for any other."""
    cut = _NOT_READ.search(line, len(line) - 64) if len(line) > _LONGEST_LINE and b"\n" not in line[:-1] else None
    return int(cut[1]) if cut else 0


def split(line: bytes) -> tuple[bytes, bytes]:
    """(timestamp, the rest), cheaply; the timestamp is empty for a line that has none."""
    end = line.find(b" ")
    if end < 0:
        end = len(line)
    if 20 <= end <= 35 and line[4:5] == b"-" and line[10:11] == b"T":
        return line[:end], line[end + 1 :]
    return b"", line


def nanoseconds(timestamp: bytes) -> int:
    """Unix nanoseconds of an RFC 3339 time; 0 if it is none."""
    match = _TIMESTAMP.fullmatch(timestamp)
    if match is None:
        return 0
    second, fraction, zone = match.groups()
    seconds = _seconds(second, zone)
    return seconds * 10**9 + int((fraction or b"0").ljust(9, b"0")) if seconds else 0


@lru_cache(maxsize=1024)
def _seconds(second: bytes, zone: bytes) -> int:
    """Unix seconds; lines come in bursts, so most were just asked for. 0 if there is no such day."""
    try:
        moment = datetime.fromisoformat(f"{second.decode()}{'+00:00' if zone == b'Z' else zone.decode()}")
    except ValueError:
        return 0
    return int(moment.timestamp())


def plain(text: bytes) -> bytes:
    """A line, or a block that keeps as many, as people see it: without colour codes and the CR of CRLF."""
    if b"\x1b" in text:
        text = _ANSI.sub(b"", text)
    return text.replace(b"\r\n", b"\n").removesuffix(b"\r") if b"\r" in text else text


def _without_half_a_word(text: str) -> str:
    """A text that was cut, up to where a word ended: half a secret looks like none, so nobody would hide it."""
    reach = len(text) - min(_LONGEST_WORD, len(text) // 4)
    end = max(text.rfind(sign, reach) for sign in _BETWEEN_WORDS)
    return text[: end + 1] if end > 0 else text


def readable(text: bytes, longest: int) -> str:
    """The line for people: decoded, without colour codes, cut at `longest` characters with a mark that says so.

    What is nothing but base64 is hidden: redaction, which knows a key by its first line, may not see that one.
    """
    missing = not_read(text)
    whole = plain(_NOT_READ.sub(b"", text) if missing else text).rstrip(b"\r\n")
    # No character has more than four bytes.
    decoded = whole[: longest * 4].decode(errors="replace")
    shown = decoded[:longest]
    is_key = _KEY_MATERIAL.fullmatch(shown) is not None
    if len(whole) <= longest * 4 and shown == decoded and not missing:
        return f"[redacted-base64-line, {len(shown)} characters]" if is_key else shown
    shown = _without_half_a_word(shown)
    more = max(len(whole) + missing - len(shown.encode()), 1)
    return f"{f'[redacted-base64, {len(shown)} characters]' if is_key else shown}… [{more} more bytes cut]"


def timestamp(moment: int) -> bytes:
    """The inverse of `nanoseconds`, in UTC."""
    seconds, fraction = divmod(moment, 10**9)
    return b"%b.%09dZ" % (_second(seconds), fraction)


@lru_cache(maxsize=1024)
def _second(seconds: int) -> bytes:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S").encode()
