"""Credentials for a backend, read from files at every request, so that a rotated Secret needs no restart."""

import base64
from collections.abc import Generator
from pathlib import Path

import httpx2

from ritsuko_mcp_common.errors import BackendUnreachable


class BearerFile(httpx2.Auth):
    """`Authorization: Bearer` with the content of a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        request.headers["Authorization"] = f"Bearer {_content(self._path)}"
        yield request


class BasicFile(httpx2.Auth):
    """`Authorization: Basic` with a file that holds `user:password`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        pair = _content(self._path)
        if ":" not in pair:
            raise BackendUnreachable(
                f"the file {self._path} does not contain user:password", "Write user:password into it, on one line."
            )
        request.headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        yield request


def _content(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise BackendUnreachable(
            f"credentials file {path} can't be read: {reason}", "Mount the Secret there."
        ) from error
    if not text or not text.isprintable():
        raise BackendUnreachable(f"credentials file {path} does not contain a single line of text", "Check its Secret.")
    return text
