"""The bot's own messages, each posted exactly once whatever happens to the request."""

from __future__ import annotations

import asyncio
import logging
import uuid

from ritsuko_bot.chat.zulip.api import Event, History, Profile, Sent, Uploaded, Wire
from ritsuko_bot.chat.zulip.client import ZulipClient
from ritsuko_bot.chat.zulip.errors import ZulipRefused, ZulipUnavailable
from ritsuko_bot.chat.zulip.place import ZulipPlace, place_of
from ritsuko_common.backoff import Backoff

logger = logging.getLogger(__name__)

_ECHO_WITHIN = 2.0
_PAGE = 200
_REMEMBERED = 5_000


class Outbox:
    """Sends, edits and uploads. `queue_id` is the event queue that echoes what was sent, while there is one."""

    def __init__(self, client: ZulipClient) -> None:
        self.queue_id: str | None = None
        self.me: Profile | None = None
        self._client = client
        self._prefix = uuid.uuid4().hex[:12]
        self._count = 0
        self._echoes: dict[str, asyncio.Future[int]] = {}
        self._own: dict[int, None] = {}

    @property
    def profile(self) -> Profile:
        """The account's own profile, known once there was a connection."""
        if self.me is None:
            raise RuntimeError("the bot's own profile is not known yet")
        return self.me

    async def send(self, place: ZulipPlace, text: str, *, after: int) -> int:
        """Posts a message and returns its id; `after` is the id of an earlier message. Raises `ZulipRefused`.

        A request whose fate is unknown (https://zulip.com/api/send-message: `local_id`) is looked for, first in the
        events, then in the history, and sent again only if it is in neither.
        """
        self._count += 1
        local_id = f"{self._prefix}.{self._count}"
        echo = self._echoes[local_id] = asyncio.get_running_loop().create_future()
        backoff = Backoff(0.2, 15.0)
        try:
            while True:
                request = {**place.address(), "content": text, "queue_id": self.queue_id, "local_id": local_id}
                try:
                    return self._keep((await self._client.call("POST", "messages", request, shape=Sent)).id)
                except ZulipUnavailable as error:
                    logger.info("a message may not have been sent: %s", error)
                    if error.done and (found := await self._look_for(place, text, after, echo)) is not None:
                        return self._keep(found)
                    await asyncio.sleep(0 if error.retry_after is not None else backoff.next())
        finally:
            del self._echoes[local_id]

    async def edit(self, message: int, text: str) -> None:
        """Replaces the text of an own message. Raises `ZulipRefused` when it may not be edited (any more)."""
        await self._client.ask("PATCH", f"messages/{message}", {"content": text}, shape=Wire)

    async def react(self, message: int, emoji: str) -> None:
        """Puts an emoji under a message. Raises `ZulipRefused`, but not for one that is there already."""
        try:
            await self._client.ask("POST", f"messages/{message}/reactions", {"emoji_name": emoji}, shape=Wire)
        except ZulipRefused as error:
            if error.code != "REACTION_ALREADY_EXISTS":
                raise

    async def upload(self, filename: str, data: bytes) -> str:
        """Stores a file and returns its address for a link. Raises `ZulipRefused`."""
        return (await self._client.ask("POST", "user_uploads", shape=Uploaded, file=(filename, data))).url

    def heard(self, event: Event) -> None:
        """An own message came back as an event."""
        echo = self._echoes.get(event.local_message_id or "")
        if echo is not None and event.message is not None and not echo.done():
            echo.set_result(event.message.id)

    async def _look_for(self, place: ZulipPlace, text: str, after: int, echo: asyncio.Future[int]) -> int | None:
        done, _ = await asyncio.wait({echo}, timeout=_ECHO_WITHIN)
        if done:
            return echo.result()
        if self.me is None:
            return None
        narrow = [{"operator": "sender", "operand": self.me.email}, *place.narrow()]
        anchor = after
        while True:
            request: dict[str, object] = {
                "anchor": anchor,
                "include_anchor": False,
                "num_before": 0,
                "num_after": _PAGE,
                "narrow": narrow,
                "apply_markdown": False,
            }
            history = await self._client.ask("GET", "messages", request, shape=History)
            for message in history.messages:
                here = place_of(message, me=self.me.user_id) == place
                if here and message.id not in self._own and message.content == _as_stored(text):
                    return message.id
            if history.found_newest or not history.messages:
                return None
            anchor = history.messages[-1].id

    def _keep(self, message: int) -> int:
        self._own[message] = None
        while len(self._own) > _REMEMBERED:
            del self._own[next(iter(self._own))]
        return message


def _as_stored(text: str) -> str:
    """The text as Zulip keeps it: without white space at its end and empty lines at its start."""
    return text.rstrip().lstrip("\n")
