"""The JSON forms of people, channels and messages, as one user is shown them."""

from __future__ import annotations

from typing import Any

from tests.zulip.rendering import render
from tests.zulip.world import OWNER, Channel, Group, Message, Reaction, StoredFile, User, World

COLORS = ("#76ce90", "#fae589", "#a6c7e5", "#e79ab5", "#bfd56f", "#f4ae55", "#b0a5fd", "#addfe5", "#f5ce6e", "#c2726a")


def user(
    person: User, *, gravatar_by_client: bool = True, profile: bool = False, active: bool = True
) -> dict[str, Any]:
    form: dict[str, Any] = {
        "email": person.email,
        "user_id": person.id,
        "avatar_version": 1,
        "is_admin": person.is_admin,
        "is_owner": person.role == OWNER,
        "is_guest": person.is_guest,
        "is_billing_admin": False,
        "role": person.role,
        "is_bot": person.is_bot,
        "full_name": person.full_name,
        "timezone": "",
    }
    if active:
        form["is_active"] = person.active
    form |= {
        "date_joined": person.date_joined,
        "delivery_email": person.email,
        "avatar_url": None if gravatar_by_client else person.avatar,
    }
    if profile and not person.is_bot:
        form["profile_data"] = {}
    if person.is_bot:
        form |= {"bot_type": person.bot_type, "bot_owner_id": person.owner_id}
    if person.system:
        form["is_system_bot"] = True
    return form


def group(one: Group) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "description": one.description,
        "members": one.members,
        "direct_subgroup_ids": one.subgroups,
        "is_system_group": one.system,
        "can_mention_group": one.can_mention,
    }


def channel(world: World, one: Channel) -> dict[str, Any]:
    first = min((m.id for m in world.messages.values() if m.channel_id == one.id), default=None)
    return {
        "can_remove_subscribers_group": 19,
        "date_created": one.date_created,
        "description": one.description,
        "first_message_id": first,
        "history_public_to_subscribers": True,
        "invite_only": one.private,
        "is_web_public": False,
        "message_retention_days": None,
        "name": one.name,
        "rendered_description": render(world, one.description).html,
        "stream_id": one.id,
        "stream_post_policy": one.post_policy,
        "is_announcement_only": one.post_policy == 2,
    }


def subscription(world: World, one: Channel, *, notify: bool | None = None) -> dict[str, Any]:
    """A channel as its subscriber sees it; `notify` is what "as in my settings" looks like to this client."""
    return {
        **channel(world, one),
        "audible_notifications": notify,
        "color": COLORS[one.id % len(COLORS)],
        "desktop_notifications": notify,
        "email_notifications": notify,
        "in_home_view": True,
        "is_muted": False,
        "pin_to_top": False,
        "push_notifications": notify,
        "stream_weekly_traffic": None,
        "wildcard_mentions_notify": None,
    }


def display_recipient(world: World, message: Message) -> str | list[dict[str, Any]]:
    if message.channel_id is not None:
        return world.channels[message.channel_id].name
    people = [world.users[person] for person in message.people]
    return [{"id": p.id, "email": p.email, "full_name": p.full_name, "is_mirror_dummy": False} for p in people]


def message(
    world: World, one: Message, *, apply_markdown: bool, gravatar_by_client: bool = True, flags: list[str] | None = None
) -> dict[str, Any]:
    sender = world.users[one.sender_id]
    form: dict[str, Any] = {
        "id": one.id,
        "sender_id": one.sender_id,
        "content": one.rendered if apply_markdown else one.content,
        "recipient_id": one.recipient_id,
        "timestamp": int(one.timestamp),
        "client": one.client,
        "subject": one.topic,
        "topic_links": [],
    }
    if one.edits:
        form["last_edit_timestamp"] = one.edits[0]["timestamp"]
        form["edit_history"] = [dict(edit) for edit in one.edits]
    form |= {
        "is_me_message": one.is_me,
        "reactions": [reaction(world, r) for r in one.reactions],
        "submessages": [dict(part) for part in one.submessages],
    }
    if flags is not None:
        form["flags"] = flags
    form |= {
        "sender_full_name": sender.full_name,
        "sender_email": sender.email,
        "sender_realm_str": "zulipinternal" if sender.system else "zulip",
        "display_recipient": display_recipient(world, one),
    }
    if one.channel_id is not None:
        form |= {"type": "stream", "stream_id": one.channel_id}
    else:
        form["type"] = "private"
    form["avatar_url"] = None if gravatar_by_client else sender.avatar
    form["content_type"] = "text/html" if apply_markdown else "text/x-markdown"
    return form


def reaction(world: World, one: Reaction) -> dict[str, Any]:
    person = world.users[one.user_id]
    return {
        "emoji_name": one.emoji_name,
        "emoji_code": one.emoji_code,
        "reaction_type": one.reaction_type,
        "user": {"email": person.email, "id": person.id, "full_name": person.full_name},
        "user_id": person.id,
    }


def attachment(world: World, file: StoredFile) -> dict[str, Any]:
    linking = [world.messages[number] for number in sorted(file.message_ids) if number in world.messages]
    return {
        "attachment": {
            "id": file.id,
            "name": file.name,
            "path_id": file.path,
            "size": len(file.data),
            "create_time": int(file.created) * 1000,
            "messages": [{"id": m.id, "date_sent": int(m.timestamp) * 1000} for m in linking],
        },
        "upload_space_used": sum(len(other.data) for other in world.files.values()),
    }
