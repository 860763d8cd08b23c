"""What the recorded cases of event queues need: who says and does what before a poll, or while it blocks."""

from __future__ import annotations

from tests.zulip.contract.steps import (
    BOT,
    CORDELIA,
    HAMLET,
    IAGO,
    OTHER,
    POLONIUS,
    Group,
    Step,
    advance,
    do,
    event_server,
    own_messages,
    owner,
    queue,
    say,
)

MAIN_QUEUE = "69873c3e-8e11-4b03-8317-1683da6f555d"
BURST_QUEUE = "1e5238e2-c525-45c6-9a37-be81f08460fe"
EVENT_CASES: dict[str, list[Step]] = {
    "other_users_queue": [queue(BOT, MAIN_QUEUE, event_types='["message"]')],
    "last_event_id_already_pruned": [
        *(say(HAMLET, "ops>ev", f"m{n}", 104 + n) for n in range(4)),
        do(BOT, "GET", "events", queue_id=MAIN_QUEUE, last_event_id="1", dont_block="true"),
    ],
    "msg_channel_plain": own_messages(say(HAMLET, "ops>kinds", "plain")),
    "msg_channel_mention": own_messages(say(HAMLET, "ops>kinds", "@**Ritsuko** list pods")),
    "msg_channel_mention_by_id": own_messages(say(HAMLET, "ops>kinds", "@**Ritsuko|14** list pods")),
    "msg_channel_mention_lowercase": own_messages(say(HAMLET, "ops>kinds", "@**ritsuko** list pods")),
    "msg_channel_silent_mention": own_messages(say(HAMLET, "ops>kinds", "@_**Ritsuko** list pods")),
    "msg_channel_mention_in_quote": own_messages(say(HAMLET, "ops>kinds", "```quote\n@**Ritsuko** x\n```")),
    "msg_channel_mention_in_spoiler": own_messages(say(HAMLET, "ops>kinds", "```spoiler x\n@**Ritsuko** x\n```")),
    "msg_channel_wildcard": own_messages(say(HAMLET, "ops>kinds", "@**all** x")),
    "msg_channel_topic_wildcard": own_messages(say(HAMLET, "ops>kinds", "@**topic** x")),
    "msg_channel_topic_wildcard_participant": own_messages(
        say(BOT, "ops>part", "I am here"), say(HAMLET, "ops>part", "@**topic** x")
    ),
    "msg_channel_mention_unsubscribed_public": own_messages(say(HAMLET, "random>kinds", "@**Ritsuko** hi")),
    "msg_channel_mention_unsubscribed_private": own_messages(owner(10), say(HAMLET, "secret>kinds", "@**Ritsuko** hi")),
    "msg_all_public_streams_plain": own_messages(say(HAMLET, "random>kinds", "plain"), all_public_streams="true"),
    "msg_all_public_streams_mention": own_messages(
        say(HAMLET, "random>kinds", "@**Ritsuko** hi"), all_public_streams="true"
    ),
    "msg_unicode_channel": own_messages(say(HAMLET, "café ☕ chat>тема", "@**Ritsuko** ☕")),
    "msg_dm": own_messages(say(HAMLET, "@[14]", "hello bot")),
    "msg_dm_group_mention": own_messages(say(HAMLET, "@[10, 14]", "@**Ritsuko** hello")),
    "msg_dm_self": own_messages(say(BOT, "@[14]", "note to self")),
    "msg_own_channel": own_messages(say(BOT, "ops>kinds", "my own")),
    "msg_own_dm": own_messages(say(BOT, "@[9]", "my own")),
    "msg_own_mentioning_self": own_messages(say(BOT, "ops>kinds", "@**Ritsuko** talking to myself")),
    "msg_own_local_id": own_messages(
        say(BOT, "ops>kinds", "my own", queue_id="a421d275-d2bd-4554-978c-18dd9c8ec259", local_id="77.01")
    ),
    "msg_own_local_id_other_queue": own_messages(
        say(BOT, "ops>kinds", "my own", queue_id="a421d275-d2bd-4554-978c-18dd9c8ec259", local_id="77.01")
    ),
    "msg_from_other_bot": own_messages(say(OTHER, "ops>kinds", "@**Ritsuko** from a bot")),
    "msg_from_guest": own_messages(say(POLONIUS, "ops>kinds", "@**Ritsuko** from a guest")),
    "msg_me": own_messages(say(HAMLET, "ops>kinds", "/me waves")),
    "msg_apply_markdown_true": [
        queue(event_types='["message"]', apply_markdown="true"),
        say(HAMLET, "ops>kinds", "@**Ritsuko** **bold**"),
    ],
    "msg_narrow_match_and_miss": own_messages(
        say(HAMLET, "ops>kinds", "in"), say(HAMLET, "random>kinds", "out"), narrow='[["stream", "ops"]]'
    ),
    "msg_narrow_is_mentioned": own_messages(
        say(HAMLET, "ops>kinds", "@**Ritsuko** yes"), say(HAMLET, "ops>kinds", "no"), narrow='[["is", "mentioned"]]'
    ),
    "msg_narrow_is_dm": own_messages(
        say(HAMLET, "ops>kinds", "@**Ritsuko**"), say(HAMLET, "@[14]", "dm"), narrow='[["is", "dm"]]'
    ),
    "update_message_content": [
        say(HAMLET, "ops>edits", "original", 153),
        queue(event_types='["update_message"]'),
        do(HAMLET, "PATCH", "messages/153", content="edited"),
    ],
    "update_message_adds_mention": [
        queue(event_types='["update_message"]'),
        do(HAMLET, "PATCH", "messages/153", content="@**Ritsuko** now with mention"),
    ],
    "update_message_topic": [
        queue(event_types='["update_message", "message"]'),
        do(HAMLET, "PATCH", "messages/153", topic="edits moved"),
    ],
    "update_message_move_channel": [
        do(HAMLET, "PATCH", "messages/153", topic="edits moved again", propagate_mode="change_all"),
        queue(event_types='["update_message", "delete_message"]'),
        do(IAGO, "PATCH", "messages/153", stream_id="5", propagate_mode="change_all"),
    ],
    "update_message_only_message_type": [
        queue(event_types='["message"]'),
        do(HAMLET, "PATCH", "messages/105", content="changing"),
        do(HAMLET, "PATCH", "messages/105", content="m1"),
    ],
    "update_message_narrowed_queue": [
        queue(event_types='["message", "update_message"]', narrow='[["stream", "random"]]'),
        do(HAMLET, "PATCH", "messages/105", content="changed"),
    ],
    "reaction_add": [
        say(HAMLET, "ops>edits", "react", 157),
        queue(event_types='["reaction"]'),
        do(HAMLET, "POST", "messages/157/reactions", emoji_name="tada"),
    ],
    "reaction_remove": [
        queue(event_types='["reaction"]'),
        do(HAMLET, "DELETE", "messages/157/reactions", emoji_name="tada"),
    ],
    "reaction_own": [
        queue(event_types='["reaction"]'),
        do(BOT, "POST", "messages/157/reactions", emoji_name="eyes"),
    ],
    "delete_message": [queue(event_types='["delete_message"]'), do(IAGO, "DELETE", "messages/157")],
    "subscription_add": [
        queue(event_types='["subscription"]'),
        do(IAGO, "POST", "users/me/subscriptions", subscriptions='[{"name": "random"}]', principals="[14]"),
    ],
    "subscription_peer_add": [
        queue(event_types='["subscription"]'),
        do(IAGO, "POST", "users/me/subscriptions", subscriptions='[{"name": "ops"}]', principals="[8]"),
    ],
    "stream_renamed": [
        queue(event_types='["stream", "message"]'),
        do(IAGO, "PATCH", "streams/8", new_name="announcements"),
    ],
    "typing_dm": [queue(event_types='["typing"]'), do(HAMLET, "POST", "typing", op="start", to="[14]")],
    "update_message_flags": [
        say(HAMLET, "ops>flags", "flag me", 162),
        queue(event_types='["update_message_flags"]'),
        do(BOT, "POST", "messages/flags", messages="[162]", op="add", flag="starred"),
    ],
    "realm_user_deactivate_other": [
        queue(event_types='["realm_user", "subscription"]'),
        do(IAGO, "DELETE", "users/11"),
        do(IAGO, "POST", "users/11/reactivate"),
    ],
    "blocking_until_message": [queue(OTHER, event_types='["message"]')],
    "displaced_first_poll": [queue(OTHER, event_types='["message"]')],
    "blocking_heartbeat": [queue(OTHER, event_types='["message"]')],
    "expired_queue": [queue(OTHER, event_types='["message"]', queue_lifespan_secs="1"), advance(125)],
    "queue_survives_server_restart": [
        queue(OTHER, event_types='["message"]'),
        queue(OTHER, "3ef3da1f-e18b-4c7f-a914-d30742c8701d"),
        say(HAMLET, "@[15]", "before restart"),
        event_server("restart"),
    ],
    "queue_lost_after_crash": [queue(OTHER, event_types='["message"]'), event_server("crash")],
    "update_message_topic_resolved": [
        say(HAMLET, "ops>resolve me", "done?", 219),
        queue(event_types='["update_message", "message"]'),
        do(HAMLET, "PATCH", "messages/219", topic="✔ resolve me", propagate_mode="change_all"),
    ],
    "update_message_dm": [
        say(HAMLET, "@[14]", "list pods", 223),
        queue(event_types='["update_message"]'),
        do(HAMLET, "PATCH", "messages/223", content="list nodes"),
    ],
    "delete_message_dm": [queue(event_types='["delete_message"]'), do(HAMLET, "DELETE", "messages/223")],
    "update_message_removes_mention": [
        say(HAMLET, "ops>edits", "@**Ritsuko** a", 224),
        queue(event_types='["update_message"]'),
        do(HAMLET, "PATCH", "messages/224", content="no more"),
    ],
    "reaction_on_bot_message_dm": [
        queue(event_types='["message", "reaction"]'),
        say(BOT, "@[9]", "ok?", 225),
        do(HAMLET, "POST", "messages/225/reactions", emoji_name="check"),
    ],
    "many_events_one_poll_mixed": [
        queue(event_types='["message", "reaction", "update_message", "delete_message"]'),
        say(HAMLET, "ops>mix", "m", 226),
        do(HAMLET, "POST", "messages/226/reactions", emoji_name="tada"),
        do(HAMLET, "PATCH", "messages/226", content="e"),
        do(IAGO, "DELETE", "messages/226"),
    ],
    "burst_of_12": [
        queue(event_types='["message"]'),
        *(
            say({"h": HAMLET, "i": IAGO, "c": CORDELIA}[who], "ops>burst", f"b{number}")
            for who, number in zip("ichhichcihic", (1, 2, 3, 0, 4, 5, 6, 8, 7, 9, 10, 11), strict=True)
        ),
    ],
    "msg_two_bots_mentioned": [
        say(HAMLET, "ops>kinds", "Привет, @**Ritsuko**: статус?", 239),
        queue(event_types='["message"]'),
        say(HAMLET, "ops>kinds", "@**Other Bot** @**Ritsuko** x", 240),
    ],
    "msg_with_upload_link": [
        queue(event_types='["message"]'),
        say(HAMLET, "ops>kinds", "@**Ritsuko** see [a](/user_uploads/3/00/nope/a.txt)", 241),
    ],
    "last_event_id_minus_two": [queue(event_types='["message"]')],
}

EVENTS = Group(
    start=[do(IAGO, "POST", "users/me/subscriptions", subscriptions='[{"name": "ops"}]', principals="[15]")],
    given={f"03_events__{name}": steps for name, steps in EVENT_CASES.items()}
    | {
        "03_queue__delete": [queue(event_types='["message"]')],
        "03_queue__delete_other_user": [queue(event_types='["message"]')],
    },
    meanwhile={
        "03_events__blocking_heartbeat": [advance(50)],
        "03_events__blocking_until_message": [say(HAMLET, "@[15]", "wake up")],
        "03_events__displaced_first_poll": [
            do(
                OTHER,
                "GET",
                "events",
                queue_id="858a73d2-a380-4386-8389-edb24cef39c2",
                last_event_id="-1",
                dont_block="true",
            )
        ],
        "03_events__displaced_second_poll": [say(HAMLET, "café ☕ chat>disp", "x")],
    },
    order=[
        "03_events__many_events_one_poll_mixed",
        "03_events__other_users_queue",
        "03_events__last_event_id_not_integer",
        "03_events__dont_block_empty",
        "03_events__last_event_id_too_new_on_fresh_queue",
        "03_events__dont_block_python_bool",
        "03_events__last_event_id_already_pruned",
        "03_events__last_event_id_minus1_after_prune",
        "03_events__last_event_id_too_new",
        "03_events__after_too_new",
        "03_events__ack_all",
        "03_events__blocking_heartbeat",
        "03_events__heartbeat_acked",
        "03_events__heartbeat_not_acked",
        "03_events__last_event_id_minus_two",
    ],
)
