"""An async client around the `zulip` package that raises errors and retries safely.

The package is synchronous, does network I/O in its constructor, returns errors as dicts, and with its own retries on it
repeats a send blindly. So: its retries are off, each of its clients is used by one thread at a time, and `call` raises
`ZulipRefused` or `ZulipUnavailable`. `ask` repeats, and is for requests that may be repeated.
"""

from __future__ import annotations

import asyncio
import copy
import io
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import requests
import urllib3.exceptions
import zulip
from pydantic import ValidationError

from ritsuko_bot.chat.zulip.api import Profile, Wire
from ritsuko_bot.chat.zulip.errors import ZulipError, ZulipRefused, ZulipUnavailable
from ritsuko_bot.threads import in_thread
from ritsuko_common.backoff import Backoff

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer", bound=Wire)

_CALLS_AT_ONCE = 8
_CALL_WITHIN = 15.0


@dataclass(frozen=True, slots=True)
class Account:
    """The bot's account: `site` is the address of the Zulip organisation."""

    site: str
    email: str
    api_key: str


class ZulipClient:
    """Requests to one Zulip organisation in the name of one account."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._prototype: zulip.Client | None = None
        self._idle: list[zulip.Client] = []
        self._connecting = asyncio.Lock()
        self._slots = asyncio.Semaphore(_CALLS_AT_ONCE)
        self._not_before = 0.0
        self._closed = False

    async def connect(self) -> Profile:
        """The account's own profile, which proves that Zulip answers and takes the credentials."""
        async with self._connecting:
            if self._prototype is None:
                self._prototype = await in_thread(self._construct, name="zulip connect")
        return await self.call("GET", "users/me", shape=Profile)

    def close(self) -> None:
        """Closes the open connections; one that is in use closes when its request ends."""
        self._closed = True
        for client in [*self._idle, *([self._prototype] if self._prototype else [])]:
            _close(client)

    @property
    def busy(self) -> bool:
        """Whether a request would have to wait, for others or for Zulip's rate limit: no time for courtesies."""
        return self._slots.locked() or asyncio.get_running_loop().time() < self._not_before

    async def call(
        self,
        method: str,
        path: str,
        request: Mapping[str, object] | None = None,
        *,
        shape: type[Answer],
        file: tuple[str, bytes] | None = None,
        within: float = _CALL_WITHIN,
    ) -> Answer:
        """One request, sent once, and its answer. Raises `ZulipRefused` or `ZulipUnavailable`.

        While Zulip's rate limit holds, this waits until it says that the next request is welcome.
        """
        async with self._slots:
            await self._wait_out_the_limit()
            try:
                return await self._once(method, path, request or {}, shape, file, within)
            except ZulipUnavailable as error:
                if error.retry_after is not None:
                    self._not_before = asyncio.get_running_loop().time() + error.retry_after
                    logger.warning("Zulip's rate limit is exceeded: the next request waits %.1f s", error.retry_after)
                raise

    async def poll(self, request: Mapping[str, object], *, shape: type[Answer], within: float) -> Answer:
        """A long poll: it takes no slot from the other requests, and has a rate limit of its own."""
        return await self._once("GET", "events", request, shape, None, within)

    async def ask(
        self,
        method: str,
        path: str,
        request: Mapping[str, object] | None = None,
        *,
        shape: type[Answer],
        file: tuple[str, bytes] | None = None,
    ) -> Answer:
        """Like `call`, repeated until Zulip answers or refuses: only for requests whose repetition does no harm."""
        backoff = Backoff(0.2, 15.0)
        while True:
            try:
                return await self.call(method, path, request, shape=shape, file=file)
            except ZulipUnavailable as error:
                logger.info("retrying %s %s: %s", method, path, error)
                await asyncio.sleep(0 if error.retry_after is not None else backoff.next())

    async def _wait_out_the_limit(self) -> None:
        wait = self._not_before - asyncio.get_running_loop().time()
        if wait > 0:
            await asyncio.sleep(wait)

    def _construct(self) -> zulip.Client:
        account = self.account
        try:
            return zulip.Client(
                email=account.email,
                api_key=account.api_key,
                site=account.site,
                client="Ritsuko",
                retry_on_errors=False,
            )
        except (requests.RequestException, zulip.UnrecoverableNetworkError) as error:
            raise ZulipUnavailable(f"{account.site} cannot be reached: {_in_words(error)}", done=False) from error
        except AssertionError as error:
            raise ZulipUnavailable(f"{account.site} does not answer like a Zulip server", done=False) from error
        except (zulip.ZulipError, OSError, ValueError) as error:
            raise ZulipUnavailable(f"{account.site} cannot be used: {_in_words(error)}", done=False) from error

    async def _once(
        self,
        method: str,
        path: str,
        request: Mapping[str, object],
        shape: type[Answer],
        file: tuple[str, bytes] | None,
        within: float,
    ) -> Answer:
        if self._prototype is None:
            raise ZulipUnavailable("not connected to Zulip yet", done=False)
        client = self._idle.pop() if self._idle else _another(self._prototype)

        def work() -> dict[str, Any]:
            try:
                return client.call_endpoint(
                    url=path,
                    method=method,
                    request=dict(request),
                    files=[_named_file(*file)] if file else None,
                    timeout=within,
                )
            finally:
                self._idle.append(client)
                if self._closed:
                    _close(client)

        try:
            answer = await in_thread(work, name=f"zulip {method} {path}")
        except (requests.RequestException, zulip.UnrecoverableNetworkError) as error:
            raise ZulipUnavailable(
                f"{self.account.site} cannot be reached: {_in_words(error)}", done=_may_have_been_sent(error)
            ) from error
        if problem := _problem(answer, self.account):
            raise problem
        try:
            return shape.model_validate(answer)
        except ValidationError as error:
            raise ZulipUnavailable(f"the answer to {path} is not what a Zulip server sends", done=True) from error


def _another(prototype: zulip.Client) -> zulip.Client:
    """A client with a session of its own, without the request that the constructor would make."""
    client = copy.copy(prototype)
    client.session = None
    return client


def _close(client: zulip.Client) -> None:
    if client.session is not None:
        client.session.close()


def _named_file(name: str, data: bytes) -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = name
    return file


def _problem(answer: Mapping[str, Any], account: Account) -> ZulipError | None:
    """What is wrong with an answer of the package, if anything."""
    if answer.get("result") == "success":
        return None
    message = str(answer.get("msg") or "no reason given")
    if answer.get("result") == "http-error":
        status = int(answer.get("status_code", 0))
        if status >= 500 or status < 400:
            return ZulipUnavailable(f"{account.site} answers HTTP {status}", done=True)
        if status == 429:
            return ZulipUnavailable(f"{account.site} answers HTTP {status}", done=False, retry_after=5.0)
        return ZulipRefused(f"{account.site} answers HTTP {status}", code=f"HTTP_{status}")
    match answer.get("code"):
        case "RATE_LIMIT_HIT":
            return ZulipUnavailable(message, done=False, retry_after=float(answer.get("retry-after", 1.0)))
        case str(code):
            return ZulipRefused(message, code=code)
        case _ if "allowed_methods" in answer:
            return ZulipRefused(f"{message}: if the server redirects to https, use https in ZULIP_SITE", code="METHOD")
        case _:
            # Zulip's own "Internal server error" is the one error that comes without a code.
            return ZulipUnavailable(f"{account.site} says: {message}", done=True)


def _may_have_been_sent(error: Exception) -> bool:
    """Whether a request that failed like this may have reached the server."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, requests.exceptions.SSLError | requests.exceptions.ConnectTimeout):
            return False
        reason = cause.args[0] if cause.args else None
        if isinstance(reason, urllib3.exceptions.MaxRetryError):
            reason = reason.reason
        if isinstance(reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError):
            return False
        cause = cause.__cause__
    return isinstance(error, requests.ConnectionError | requests.Timeout | requests.exceptions.ChunkedEncodingError)


def _in_words(error: BaseException) -> str:
    """The innermost cause, which is what a person can do something about."""
    cause = error
    while True:
        reason = cause.args[0] if cause.args else None
        inner = reason.reason if isinstance(reason, urllib3.exceptions.MaxRetryError) else reason
        below = inner if isinstance(inner, BaseException) else cause.__cause__
        if below is None:
            break
        cause = below
    text = re.sub(r"^.*?: (?=\[Errno)|\[Errno -?\d+\] ", "", str(cause))
    return text or type(cause).__name__
