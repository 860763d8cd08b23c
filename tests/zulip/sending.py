"""Sending: whom a message is for, whether its sender may, what is stored of it, and who hears about it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from typing import Any

from tests.zulip import wire
from tests.zulip.errors import ApiError
from tests.zulip.queues import EventQueue
from tests.zulip.rendering import Rendered, render
from tests.zulip.seed import NOTIFICATION_BOT
from tests.zulip.server import Server
from tests.zulip.world import GUEST, MODERATOR, Channel, Message, User, World

LONGEST_CONTENT = 10_000
LONGEST_TOPIC = 60
CUT = "\n[message truncated]"
NO_TOPIC = "(no topic)"
WILDCARD_LIMIT = 15
"""Mentioning everybody in more company than this needs a privilege."""
UPLOAD_LINK = re.compile(r"/user_uploads/(?P<path>\d+/[0-9a-f]{2}/[\w-]{24}/[^\s)\"'>]+)")


@dataclass(frozen=True)
class Draft:
    """A message about to be sent. `people` are the others in a direct message."""

    sender: User
    content: str
    client: str = "Internal"
    channel: Channel | None = None
    topic: str = ""
    people: tuple[int, ...] = ()
    read_by_sender: bool = False
    queue_id: str | None = None
    local_id: str | None = None
    widget: str | None = None
    unread_for: frozenset[int] | None = field(default=None)
    """If given, everyone else gets the message as already read."""


def send(server: Server, draft: Draft) -> Message:
    world = server.world
    rendered = render(world, draft.content)
    if draft.channel is not None:
        check_wildcards(world, draft.sender, draft.channel, draft.topic, rendered)
    widget = draft.widget or _command_widget(draft.content)
    people = tuple(sorted({*draft.people, draft.sender.id})) if draft.channel is None else ()
    message = Message(
        id=world.next_message_id,
        sender_id=draft.sender.id,
        content=draft.content,
        rendered=rendered.html,
        timestamp=world.clock.now(),
        client=draft.client,
        recipient_id=draft.channel.recipient_id
        if draft.channel is not None
        else world.recipient_of(people, draft.sender.id),
        channel_id=draft.channel.id if draft.channel is not None else None,
        topic=draft.topic,
        people=people,
        is_me=draft.content.startswith("/me "),
    )
    message.flags = {user: set() for user in _receivers(world, message, draft.channel, rendered)}
    set_mention_flags(world, message, rendered)
    if draft.read_by_sender and draft.sender.id in message.flags:
        message.flags[draft.sender.id].add("read")
    for user, flags in message.flags.items():
        if draft.unread_for is not None and user not in draft.unread_for:
            flags.add("read")
    world.next_message_id += 1
    world.messages[message.id] = message
    if widget is not None:
        message.submessages.append(
            {
                "id": world.next_submessage_id,
                "message_id": message.id,
                "sender_id": draft.sender.id,
                "msg_type": "widget",
                "content": widget,
            }
        )
        world.next_submessage_id += 1
    claim_files(server, message)
    _publish(server, message, draft)
    for listener in server.on_message:
        listener(message)
    return message


def notify(server: Server, channel: Channel, topic: str, content: str, unread_for: Iterable[int] | None = None) -> None:
    """A line of the notification bot about what just happened in a channel."""
    bot = server.world.users[NOTIFICATION_BOT]
    readers = None if unread_for is None else frozenset(unread_for)
    send(server, Draft(bot, content, channel=channel, topic=topic, unread_for=readers))


def _receivers(world: World, message: Message, channel: Channel | None, rendered: Rendered) -> set[int]:
    if channel is None:
        return set(message.people)
    bots = {user for user in rendered.mentions.users if world.users[user].is_bot}
    return {user for user in channel.subscribers | bots if world.users[user].active}


def set_mention_flags(world: World, message: Message, rendered: Rendered) -> None:
    mentions = rendered.mentions
    in_channel = message.channel_id is not None
    in_topic = topic_participants(world, message) if in_channel and mentions.topic_wildcard else set[int]()
    for user, flags in message.flags.items():
        flags -= {"mentioned", "stream_wildcard_mentioned", "topic_wildcard_mentioned"}
        if user in mentions.users:
            flags.add("mentioned")
        if in_channel and mentions.channel_wildcard:
            flags.add("stream_wildcard_mentioned")
        if user in in_topic:
            flags.add("topic_wildcard_mentioned")


def topic_participants(world: World, message: Message) -> set[int]:
    """Those who wrote or reacted in the message's topic, its author included."""
    assert message.channel_id is not None
    people = {message.sender_id}
    for other in world.topic_messages(message.channel_id, message.topic):
        people |= {other.sender_id, *(reaction.user_id for reaction in other.reactions)}
    return people


def _publish(server: Server, message: Message, draft: Draft) -> None:
    world = server.world
    flags = {user: world.flags_for(world.users[user], message) for user in message.flags}
    open_to_all = message.channel_id is not None and not world.channels[message.channel_id].private
    snapshots = {
        (markdown, gravatar): wire.message(world, message, apply_markdown=markdown, gravatar_by_client=gravatar)
        for markdown in (True, False)
        for gravatar in (True, False)
    }

    def event_for(queue: EventQueue) -> dict[str, Any] | None:
        receives = queue.user_id in flags or (queue.all_public_streams and open_to_all)
        if not receives or not queue.wants("message"):
            return None
        own = flags.get(queue.user_id, [])
        form = snapshots[queue.apply_markdown, queue.client_gravatar]
        if queue.narrow is not None and not queue.narrow(form, own):
            return None
        event = {"type": "message", "message": form, "flags": own}
        if draft.local_id is not None and draft.queue_id == queue.id:
            event["local_message_id"] = draft.local_id
        return event

    server.queues.deliver(event_for)


def claim_files(server: Server, message: Message) -> None:
    """Note which of the author's files a message links: whoever may read it may fetch them."""
    for match in UPLOAD_LINK.finditer(message.content):
        file = server.world.files.get(match["path"])
        if file is None or message.id in file.message_ids:
            continue
        if file.owner_id != message.sender_id:
            continue
        file.message_ids.add(message.id)
        server.queues.publish(
            {"type": "attachment", "op": "update", **wire.attachment(server.world, file)}, [file.owner_id]
        )


def checked_content(raw: str) -> str:
    content = raw.rstrip().lstrip("\n")
    if not content:
        raise ApiError("Message must not be empty")
    if "\x00" in content:
        raise ApiError("Message must not contain null bytes")
    if len(content) > LONGEST_CONTENT:
        content = content[: LONGEST_CONTENT - len(CUT)] + CUT
    return content


def checked_topic(raw: str) -> str:
    topic = raw.strip()
    if not topic:
        raise ApiError("Topic can't be empty!")
    for position, character in enumerate(topic, 1):
        if unicodedata.category(character) in ("Cc", "Cs", "Cn"):
            raise ApiError(f"Invalid character in topic, at position {position}!")
    return topic if len(topic) <= LONGEST_TOPIC else topic[: LONGEST_TOPIC - 3] + "..."


def check_may_post(world: World, sender: User, channel: Channel) -> None:
    """A bot may post where its owner may."""
    owner = world.users.get(sender.owner_id) if sender.owner_id is not None else None
    refusal = _policy_refusal(sender, channel)
    if refusal is not None and (owner is None or _policy_refusal(owner, channel) is not None):
        raise ApiError(refusal)
    if not (channel.private or channel.archived or sender.is_guest) or sender.system:
        return
    if sender.id in channel.subscribers or (owner is not None and owner.id in channel.subscribers):
        return
    raise ApiError(f"Not authorized to send to stream '{channel.name}'")


def _policy_refusal(sender: User, channel: Channel) -> str | None:
    if channel.post_policy == 2 and not sender.is_admin:
        return "Only organization administrators can send to this stream."
    if channel.post_policy == 4 and sender.role > MODERATOR:
        return "Only organization administrators and moderators can send to this stream."
    if channel.post_policy == 3 and sender.role == GUEST:
        return "Guests cannot send to this stream."
    return None


def check_wildcards(world: World, sender: User, channel: Channel, topic: str, rendered: Rendered) -> None:
    privileged = {1: True, 2: not sender.is_guest, 3: not sender.is_guest}.get(
        world.realm["wildcard_mention_policy"],
        sender.is_admin or (world.realm["wildcard_mention_policy"] == 7 and sender.role <= MODERATOR),
    )
    if privileged or sender.system:
        return
    if rendered.mentions.channel_wildcard and len(channel.subscribers) > WILDCARD_LIMIT:
        raise ApiError(
            "You do not have permission to use stream wildcard mentions in this stream.",
            "STREAM_WILDCARD_MENTION_NOT_ALLOWED",
        )
    writers = {m.sender_id for m in world.topic_messages(channel.id, topic)}
    if rendered.mentions.topic_wildcard and len(writers) > WILDCARD_LIMIT:
        raise ApiError(
            "You do not have permission to use topic wildcard mentions in this topic.",
            "TOPIC_WILDCARD_MENTION_NOT_ALLOWED",
        )


def no_such_channel(name: str | int) -> ApiError:
    if isinstance(name, int):
        return ApiError(f"Stream with ID '{name}' does not exist", "STREAM_DOES_NOT_EXIST", stream_id=name)
    shown = escape(name)
    return ApiError(f"Stream '{shown}' does not exist", "STREAM_DOES_NOT_EXIST", stream=shown)


def _command_widget(content: str) -> str | None:
    """`/poll` and `/todo` turn into widgets."""
    command, _, rest = content.partition(" ")
    if command == "/poll" or content == "/poll":
        question, *options = rest.split("\n")
        extra = {"question": question.strip(), "options": [o.strip() for o in options if o.strip()]}
        return json.dumps({"widget_type": "poll", "extra_data": extra}, ensure_ascii=False)
    if content == "/todo" or content.startswith("/todo\n"):
        return json.dumps({"widget_type": "todo", "extra_data": None})
    return None
