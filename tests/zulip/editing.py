"""Endpoints that change what was sent: edit, move, delete."""

from __future__ import annotations

from typing import Any

from tests.zulip import params
from tests.zulip.call import Answer, Call
from tests.zulip.errors import ApiError
from tests.zulip.reading import find
from tests.zulip.rendering import render
from tests.zulip.sending import (
    check_may_post,
    check_wildcards,
    checked_content,
    checked_topic,
    claim_files,
    notify,
    set_mention_flags,
    topic_participants,
)
from tests.zulip.server import Server
from tests.zulip.world import MODERATOR, Channel, Message, User

LEEWAY = 20.0
"""Seconds past the edit limit in which an edit is still taken."""
RESOLVED = "✔ "


def edit(call: Call) -> Answer:
    asked = call.params
    channel_id = asked.json("stream_id", params.integer)
    new_topic = asked.text("topic", asked.text("subject"))
    mode = asked.text("propagate_mode", "change_one")
    to_old, to_new = asked.flag("send_notification_to_old_thread"), asked.flag("send_notification_to_new_thread", True)
    content = asked.text("content")
    if mode not in ("change_one", "change_later", "change_all"):
        raise ApiError("Invalid propagate_mode")
    message = find(call)
    if content is not None and not call.world.realm["allow_message_editing"]:
        raise ApiError("Your organization has turned off message editing")
    if new_topic is not None:
        new_topic = new_topic.strip()
        new_topic = None if new_topic == message.topic and message.channel_id is not None else new_topic
    target = _checked(call, message, channel_id, new_topic, mode, content)
    if new_topic is not None:
        new_topic = checked_topic(new_topic)
    if content is not None:
        _check_may_edit(call, message)
        content = checked_content(content) if content.rstrip() else "(deleted)"
    if new_topic is not None or target is not None:
        _check_may_move(call, message, new_topic, target)
    _Edit(call.server, call.user, message).apply(content, new_topic, target, mode, to_old, to_new)
    return {}


def _checked(
    call: Call, message: Message, channel_id: int | None, topic: str | None, mode: str, content: str | None
) -> Channel | None:
    """Refuse what can't be asked of this message; otherwise the channel to move to, if any."""
    if topic is None and content is None and channel_id is None:
        raise ApiError("Nothing to change")
    if message.channel_id is None:
        if channel_id is not None:
            raise ApiError("Direct messages cannot be moved to streams.")
        if topic is not None:
            raise ApiError("Direct messages cannot have topics.")
    if mode != "change_one" and topic is None and channel_id is None:
        raise ApiError("Invalid propagate_mode without topic edit")
    if topic is not None:
        checked_topic(topic)
    if channel_id is not None and content is not None:
        raise ApiError("Cannot change message content while changing stream")
    if content is not None and message.submessages:
        raise ApiError("Widgets cannot be edited.")
    if channel_id is None:
        return None
    channel = call.world.channels.get(channel_id)
    if channel is None or not call.world.may_see_channel(call.user, channel):
        raise ApiError("Invalid stream ID")
    return channel


def _check_may_edit(call: Call, message: Message) -> None:
    if message.sender_id != call.user.id:
        raise ApiError("You don't have permission to edit this message")
    limit = call.world.realm["message_content_edit_limit_seconds"]
    if limit is not None and call.server.clock.now() - message.timestamp > limit + LEEWAY:
        raise ApiError("The time limit for editing this message has passed")


def _check_may_move(call: Call, message: Message, topic: str | None, target: Channel | None) -> None:
    """Anyone may rename a topic here, members may move to other channels, and both for a week unless privileged."""
    realm, user = call.world.realm, call.user
    age = call.server.clock.now() - message.timestamp
    if topic is not None:
        allowed = {2: user.is_admin, 4: user.role <= MODERATOR, 1: not user.is_guest}
        if not allowed.get(realm["edit_topic_policy"], True):
            raise ApiError("You don't have permission to edit this message")
        limit = realm["move_messages_within_stream_limit_seconds"]
        if limit is not None and user.role > MODERATOR and age > limit + LEEWAY:
            raise ApiError("The time limit for editing this message's topic has passed.")
    if target is not None:
        allowed = {2: user.is_admin, 4: user.role <= MODERATOR, 6: False}
        if not allowed.get(realm["move_messages_between_streams_policy"], not user.is_guest):
            raise ApiError("You don't have permission to move this message")
        limit = realm["move_messages_between_streams_limit_seconds"]
        if limit is not None and user.role > MODERATOR and age > limit + LEEWAY:
            raise ApiError("The time limit for editing this message's stream has passed")
        check_may_post(call.world, user, target)


class _Edit:
    def __init__(self, server: Server, editor: User, message: Message) -> None:
        self._server, self._world = server, server.world
        self._editor, self._message = editor, message
        self._now = int(server.clock.now())

    def apply(
        self, content: str | None, topic: str | None, target: Channel | None, mode: str, to_old: bool, to_new: bool
    ) -> None:
        message = self._message
        channel = self._world.channels[message.channel_id] if message.channel_id is not None else None
        event: dict[str, Any] = {
            "type": "update_message",
            "user_id": self._editor.id,
            "edit_timestamp": self._now,
            "message_id": message.id,
            "rendering_only": False,
        }
        past: dict[str, Any] = {"user_id": self._editor.id, "timestamp": self._now}
        if channel is not None:
            event |= {"stream_name": channel.name, "stream_id": channel.id}
        if content is not None:
            event |= self._change_content(content, past)
        old_topic, moved = message.topic, [message]
        if channel is not None and (topic is not None or target is not None):
            moved = self._moved(channel, mode)
            event |= {"propagate_mode": mode, "orig_subject": old_topic}
            if topic is not None:
                event |= {"subject": topic, "topic_links": []}
            if target is not None:
                event["new_stream_id"] = target.id
            self._move(moved, channel, topic, target, past)
        else:
            message.edits.insert(0, past)
        event["message_ids"] = [one.id for one in moved]
        self._publish(event, channel, target)
        if channel is not None and (topic is not None or target is not None):
            self._announce(channel, target, old_topic, topic, len(moved), to_old, to_new)

    def _change_content(self, content: str, past: dict[str, Any]) -> dict[str, Any]:
        message = self._message
        rendered = render(self._world, content)
        if message.channel_id is not None:
            check_wildcards(
                self._world, self._editor, self._world.channels[message.channel_id], message.topic, rendered
            )
        before = {
            "prev_content": message.content,
            "prev_rendered_content": message.rendered,
            "prev_rendered_content_version": 1,
        }
        past |= before
        event = {
            "orig_content": message.content,
            "orig_rendered_content": message.rendered,
            "content": content,
            "rendered_content": rendered.html,
            "prev_rendered_content_version": 1,
            "is_me_message": content.startswith("/me "),
        }
        message.content, message.rendered = content, rendered.html
        message.is_me = content.startswith("/me ")
        if message.channel_id is not None:
            for user in rendered.mentions.users:
                if self._world.users[user].is_bot:
                    message.flags.setdefault(user, set())
        set_mention_flags(self._world, message, rendered)
        claim_files(self._server, message)
        return event

    def _moved(self, channel: Channel, mode: str) -> list[Message]:
        if mode == "change_one":
            return [self._message]
        same = self._world.topic_messages(channel.id, self._message.topic)
        later = [m for m in same if m is not self._message and (mode == "change_all" or m.id > self._message.id)]
        return [self._message, *sorted(later, key=lambda m: m.id)]

    def _move(
        self, moved: list[Message], channel: Channel, topic: str | None, target: Channel | None, past: dict[str, Any]
    ) -> None:
        for one in moved:
            entry = past if one is self._message else {"user_id": past["user_id"], "timestamp": past["timestamp"]}
            if topic is not None:
                entry |= {"prev_topic": one.topic, "topic": topic}
                one.topic = topic
            if target is not None:
                entry |= {"prev_stream": channel.id, "stream": target.id}
                one.channel_id, one.recipient_id = target.id, target.recipient_id
                for user, flags in one.flags.items():
                    if user not in target.subscribers:
                        flags.clear()
                        flags.add("read")
            one.edits.insert(0, entry)

    def _publish(self, event: dict[str, Any], channel: Channel | None, target: Channel | None) -> None:
        people = set(self._message.flags)
        if channel is not None:
            people |= channel.subscribers | (target.subscribers if target is not None else set())
        for person in people:
            flags = self._message.flags.get(person)
            own = self._world.flags_for(self._world.users[person], self._message) if flags is not None else ["read"]
            self._server.queues.publish({**event, "flags": own}, [person])

    def _announce(
        self,
        channel: Channel,
        target: Channel | None,
        old_topic: str,
        topic: str | None,
        count: int,
        to_old: bool,
        to_new: bool,
    ) -> None:
        who = f"@_**{self._editor.full_name}|{self._editor.id}**"
        new_channel, new_topic = target or channel, topic or old_topic
        if (target is None and RESOLVED + old_topic == topic) or old_topic == RESOLVED + new_topic:
            state = "resolved" if new_topic.startswith(RESOLVED) else "unresolved"
            readers = topic_participants(self._world, self._message)
            notify(self._server, new_channel, new_topic, f"{who} has marked this topic as {state}.", readers)
            return
        old_place, new_place = f"#**{channel.name}>{old_topic}**", f"#**{new_channel.name}>{new_topic}**"
        what = "This topic was" if not self._world.topic_messages(channel.id, old_topic) else f"{count} messages were"
        if count == 1 and what != "This topic was":
            what = "A message was"
        if to_new:
            notify(self._server, new_channel, new_topic, f"{what} moved here from {old_place} by {who}.")
        if to_old:
            notify(self._server, channel, old_topic, f"{what} moved to {new_place} by {who}.")


def delete(call: Call) -> Answer:
    message = find(call)
    world, user, realm = call.world, call.user, call.world.realm
    sender = world.users[message.sender_id]
    if not user.is_admin:
        allowed = {2: False, 4: user.role <= 300}.get(realm["delete_own_message_policy"], True)
        if user.id not in (sender.id, sender.owner_id) or not allowed:
            raise ApiError("You don't have permission to delete this message")
        limit = realm["message_content_delete_limit_seconds"]
        if limit is not None and call.server.clock.now() - message.timestamp > limit:
            raise ApiError("The time limit for deleting this message has passed")
    del world.messages[message.id]
    people = set(message.flags)
    event: dict[str, Any] = {"type": "delete_message"}
    if message.channel_id is not None:
        event |= {"stream_id": message.channel_id, "topic": message.topic, "message_type": "stream"}
        people |= world.channels[message.channel_id].subscribers
    else:
        event["message_type"] = "private"
    call.server.queues.deliver(
        lambda queue: (
            {
                **event,
                **({"message_ids": [message.id]} if queue.bulk_deletion else {"message_id": message.id}),
            }
            if queue.user_id in people and queue.wants("delete_message")
            else None
        )
    )
    return {}
