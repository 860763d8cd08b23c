"""A log as it streams in: cut into lines of bounded length, each with the time the container runtime gave it."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import lru_cache

_LONGEST_LINE = 256 * 1024
_TIMESTAMP = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)")
_ANSI = re.compile(rb"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)")

# What a line of a PEM block looks like when it is shown without the lines around it; a hash in hex is none.
_KEY_MATERIAL = re.compile(r"\s*(?=[0-9A-Za-z+/]*[G-Zg-z+/])[A-Za-z0-9+/]{48,}={0,2}\s*")


async def blocks(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The stream in blocks of whole lines, each ending in a newline; of a line over 256 KiB only the beginning.

    What is held at a time is one chunk and one such line, however long the log.
    """
    carry = b""
    skipping = False
    async for chunk in chunks:
        if skipping:
            _, newline, chunk = chunk.partition(b"\n")
            if not newline:
                continue
            skipping = False
        end = chunk.rfind(b"\n") + 1
        if end:
            yield b"".join((carry, memoryview(chunk)[:end]))
            carry = chunk[end:]
        else:
            carry += chunk
        if len(carry) > _LONGEST_LINE:
            yield carry[:_LONGEST_LINE] + b"\n"
            carry, skipping = b"", True
    if carry:
        yield carry + b"\n"


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


def readable(text: bytes, longest: int) -> str:
    """The line for people: decoded, without colour codes, cut at `longest` characters with a mark that says so.

    A line of nothing but base64 is hidden: redaction, which knows a key by its first line, may not see that one.
    """
    decoded = plain(text[: longest * 8]).decode(errors="replace").rstrip("\r\n")
    if _KEY_MATERIAL.fullmatch(decoded):
        return f"[redacted-base64-line, {len(decoded)} characters]"
    if len(decoded) <= longest and len(text) <= longest * 8:
        return decoded
    return f"{decoded[:longest]}… [{max(len(text) - longest, 1)} more bytes cut]"


def timestamp(moment: int) -> bytes:
    """The inverse of `nanoseconds`, in UTC."""
    seconds, fraction = divmod(moment, 10**9)
    return b"%b.%09dZ" % (_second(seconds), fraction)


@lru_cache(maxsize=1024)
def _second(seconds: int) -> bytes:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S").encode()
