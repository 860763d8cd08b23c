"""What each recorded case needs to have happened before, and while, its request runs.

The recordings hold requests and answers but not how their world came about; these steps say it again. Numbers and queue
ids are the recorded ones: the replay learns what they are called here. A group starts from a fresh world and runs its
cases in the order given, else in the order recorded.
"""

from __future__ import annotations

from tests.zulip.contract.event_state import EVENTS
from tests.zulip.contract.steps import (
    BOT,
    CORDELIA,
    HAMLET,
    HOOK,
    IAGO,
    OTHER,
    POLONIUS,
    Group,
    advance,
    deactivate_aaron,
    do,
    down,
    event_server,
    named,
    owner,
    queue,
    realm,
    say,
)

SECRET_MENTION = [owner(10), say(HAMLET, "secret>kinds", "@**Ritsuko** hi", 123)]
HISTORY = [
    say(HAMLET, "ops>hist", "hist 0", 188),
    *(
        say(HAMLET, "ops>hist", f"hist {n} **b**" + (" @**Ritsuko**" if n in (3, 6) else ""), 188 + n)
        for n in range(1, 7)
    ),
    say(HAMLET, f"@{BOT}", "dm hist", 195),
    say(HAMLET, f"@{CORDELIA},{BOT}", "group hist", 196),
    say(HAMLET, "secret>hist", "hidden", 197),
    say(HAMLET, "random>hist", "in random", 198),
]
EDITED_AND_LIKED = [
    do(HAMLET, "PATCH", "messages/188", content="hist 0 edited"),
    do(HAMLET, "POST", "messages/188/reactions", emoji_name="+1"),
]
MENTIONS = [
    say(OTHER, "café ☕ chat>kinds", "warm-up"),
    say(IAGO, "ops>kinds", "nothing"),
    do(IAGO, "POST", "users/me/subscriptions", subscriptions='[{"name": "ops"}]', principals="[15]"),
    say(OTHER, "ops>kinds", "@**Ritsuko** from a bot", 137),
    say(POLONIUS, "ops>kinds", "@**Ritsuko** from a guest", 138),
    say(HOOK, "ops>kinds", "@**Ritsuko** alert", 139),
    say(HAMLET, "ops>kinds", "@**Ritsuko** **bold**", 141),
    say(HAMLET, "ops>kinds", "@**Ritsuko** yes", 149),
    say(HAMLET, "ops>kinds", "@**Ritsuko**", 151),
]

FIRST_UPLOAD = "3/54/AIQGeExnG2swgeNEFszlQfce/pods-output.txt"

GROUPS: dict[str, Group] = {
    "00": Group(start=[do(IAGO, "DELETE", "users/me/subscriptions", subscriptions='["ops"]', principals="[14]")]),
    "01": Group(given={"01_users_id__deactivated": [deactivate_aaron()]}),
    "02": Group(given={"02_register__no_parameters": [say(HOOK, "ops>hook", "hi"), deactivate_aaron()]}),
    "03": EVENTS,
    "04": Group(
        given={
            "04_readback__channel_by_name": [say(BOT, "ops>sending", "hello", 17)],
            "04_readback__topic_padded": [say(BOT, "ops>   padded topic  ", "hello", 27)],
            "04_readback__content_padded": [
                say(BOT, "ops>sending", "\n\n  indented first line\n\ttab \nlast \n\n", 29)
            ],
            "04_readback__content_crlf": [say(BOT, "ops>sending", "one\r\ntwo\rthree", 30)],
            "04_readback__content_10001_with_trailing_space": [say(BOT, "ops>sending", "y" * 9990 + " " * 11, 33)],
            "04_send__dm_deactivated_user": [deactivate_aaron()],
            "04_send__owner_member_not_subscribed_private": [owner(10)],
            "04_send__mandatory_topics_no_topic": [realm(mandatory_topics="true")],
            "04_send__no_topic_literal": [realm(mandatory_topics="false")],
            "04_send__dm_disabled_bot_to_human": [realm(private_message_policy="2")],
            "04_send__archived_channel": [
                do(IAGO, "PATCH", "streams/8", new_name="announcements"),
                do(IAGO, "DELETE", "streams/8"),
            ],
        },
    ),
    "05": Group(
        start=[
            say(BOT, "ops>e5", "first", 164),
            say(HAMLET, "ops>e5b", "not yours", 165),
            say(HAMLET, "secret>e5", "hidden", 170),
            say(BOT, "@[9]", "dm", 171),
            say(BOT, "ops>e5", "/poll Q?\na\nb", 172),
        ],
        given={
            "05_edit__topic_empty": [do(BOT, "PATCH", "messages/164", content=" ")],
            "05_edit__beyond_limit_within_grace": [
                say(BOT, "ops>e5", "early", 175),
                realm(message_content_edit_limit_seconds="1"),
                advance(6),
            ],
            "05_edit__beyond_limit_topic_still_ok": [advance(23)],
            "05_edit__editing_disabled": [realm(allow_message_editing="false")],
            "05_delete__own_policy_admins_only": [
                say(BOT, "ops>e5", "keep", 178),
                realm(delete_own_message_policy="2"),
            ],
            "05_delete__own_beyond_limit": [
                say(BOT, "ops>e5", "late", 179),
                realm(delete_own_message_policy="5", message_content_delete_limit_seconds="1"),
                advance(23),
            ],
            "05_delete__own": [
                realm(
                    delete_own_message_policy="5",
                    message_content_delete_limit_seconds="600",
                    allow_message_editing="true",
                ),
                say(BOT, "ops>e5", "gone", 180),
            ],
        },
    ),
    "06": Group(
        start=[
            say(HOOK, "ops>hook", "hi", 16),
            say(BOT, "ops>sending", "hello", 17),
            *MENTIONS,
            say(HAMLET, "ops>flags", "flag me", 162),
            say(HAMLET, "ops>kinds", "@**Ritsuko** x", 163),
            say(BOT, "ops>(no topic)", "c", 181),
            say(BOT, "@[9]", "c", 182),
            say(HAMLET, "@[14]", "c", 183),
            say(BOT, "@[9, 10]", "c", 184),
            say(BOT, "big>t", "@**topic** x", 185),
            say(BOT, 'ops><b>&amp; "q" ✔', "c", 186),
            *HISTORY,
        ],
        given={
            "06_get__obj_id": EDITED_AND_LIKED,
            "06_get_one__private_channel_mentioned": SECRET_MENTION,
            "06_get__unknown_parameter": [
                say(HAMLET, "ops>kinds", "@**Ritsuko** see [a](/user_uploads/3/00/nope/a.txt)", 241)
            ],
        },
    ),
    "07": Group(
        start=[*HISTORY, *EDITED_AND_LIKED],
        given={"07_reactions__private_channel_mentioned": SECRET_MENTION},
    ),
    "08": Group(
        start=[
            [
                "upload",
                BOT,
                "pods-output.txt",
                "NAME READY\nweb-0 1/1\n",
                "3/54/AIQGeExnG2swgeNEFszlQfce/pods-output.txt",
            ]
        ],
        given={
            "08_upload__for_event": [
                queue(BOT, "64d12f8c-8dea-4380-95bf-e04bc9585008", event_types='["attachment", "message"]')
            ],
            "08_upload__attachment_events": [
                say(BOT, "ops>upload", "[x](/user_uploads/3/b5/g5qsFCreKGvKwsSxNikcrzOO/ev.txt)")
            ],
        },
        order=[
            "08_fetch__owner_basic_auth",
            "08_fetch__no_auth",
            "08_fetch__wrong_key",
            "08_fetch__nonexistent",
            "08_fetch__other_user_before_message",
            "08_upload__message_with_link",
            "08_upload__message_with_link_readback_html",
            "08_fetch__other_user_after_message",
            "08_fetch__guest_subscribed_after_message",
            "08_fetch__webhook_bot_after_message",
            "08_fetch__download_path",
            "08_fetch__api_temporary_url",
            "08_fetch__temporary_url_no_auth",
            "08_upload__for_event",
            "08_upload__attachment_events",
        ],
    ),
    "09": Group(start=[owner(10)]),
    "10": Group(
        given={"10_storage__get_after_merge": [do(BOT, "PUT", "bot_storage", storage='{"b": "2"}')]},
        order=named(
            "10_storage__",
            """
            put get_all get_keys get_missing_key get_keys_in_body get_after_merge put_non_string_value
            put_not_json put_list put_missing put_empty_dict put_1MB put_3MB put_11MB human put_quota_1
            put_quota_2 delete_key delete_missing_key delete_all get_after_delete key_256 put_null_char
            delete_all_again post_405
            """,
        ),
    ),
    "11": Group(
        start=[
            owner(10),
            do(IAGO, "DELETE", "streams/8"),
            do(IAGO, "POST", "users/me/subscriptions", subscriptions='[{"name": "ops"}]', principals="[8]"),
            say(HAMLET, "ops>hist", "hist 0", 188),
            do(HAMLET, "PATCH", "messages/188", content="hist 0 edited"),
        ],
        given={"11_misc__topics": [["topics"]]},
    ),
    "12": Group(start=[deactivate_aaron()]),
    "13": Group(
        start=[owner(10), ["limit", 6, 3]],
        given={
            "13_ratelimit__last_ok": [["repeat", 4, do(BOT, "GET", "users/me")]],
            "13_ratelimit__events_hit": [["repeat", 5, do(BOT, "GET", "events", queue_id="nope", last_event_id="-1")]],
            "13_ratelimit__just_before_retry_after": [advance(55)],
            "13_ratelimit__after_retry_after": [advance(6)],
        },
        order=named(
            "13_ratelimit__",
            """
            first_ok last_ok hit_again_send hit_register hit_wrong_key_not_counted events_own_bucket
            events_hit just_before_retry_after after_retry_after anonymous_first_ok
            """,
        ),
    ),
    "14": Group(start=[owner(10)]),
    "15": Group(
        given={
            "15_5xx__tornado_down_events": [event_server("stop")],
            "15_5xx__tornado_stopped_while_polling": [event_server("start"), queue(OTHER, event_types='["message"]')],
            "15_5xx__django_down_events": [event_server("start"), down("django")],
            "15_5xx__postgres_down": [down("postgres")],
            "15_5xx__postgres_back": [down()],
            "15_5xx__redis_down": [down("redis")],
        },
        meanwhile={"15_5xx__tornado_stopped_while_polling": [event_server("stop")]},
        order=named(
            "15_5xx__",
            """
            tornado_down_events tornado_down_users_me tornado_stopped_while_polling django_down_events
            django_down_send django_down_users_me postgres_down postgres_back redis_down
            redis_down_send
            """,
        ),
    ),
    "16": Group(
        start=[
            owner(10),
            deactivate_aaron(),
            say(BOT, "ops>t", "c", 208, client="My Client"),
            do(IAGO, "DELETE", "streams/8"),
            do(BOT, "POST", "users/me/subscriptions", subscriptions='[{"name": "made by bot", "description": "d"}]'),
        ],
        given={
            "16_pkg__get_messages#1": [
                do(BOT, "PATCH", "messages/211", content="edited by the package"),
            ],
            "16_pkg__get_events#1": [say(HAMLET, "ops>pkg", "@**Ritsuko** hi", client="RitsukoPkg")],
        },
        meanwhile={
            "16_pkg__call_on_each_event#2": [say(HAMLET, "ops>pkg", "@**Ritsuko** one", client="RitsukoPkg")],
            "16_pkg__call_on_each_event#5": [say(HAMLET, "@[14]", "two", client="RitsukoPkg")],
            "16_pkg__call_on_each_event#8": [
                do(BOT, "DELETE", "events", queue_id="e7528751-0802-4a36-acb6-8e5970d6caa8")
            ],
            "16_pkg__call_on_each_event#11": [say(HAMLET, "ops>pkg", "@**Ritsuko** three", client="RitsukoPkg")],
        },
        order=named(
            "16_pkg__",
            """
            get_profile#1 send_message_stream#1 send_message_direct_ids#1 send_message_private_emails#1
            send_message_error#1 get_messages#1 add_reaction#1 add_reaction_twice#1 delete_message#1
            delete_message#2 upload_file#1 set_typing_status_dm#1 get_members#1 get_stream_id#1
            get_subscriptions#1 update_storage#1 register#1 get_events#1 get_events_dont_block#1
            deregister#1 get_events_bad_queue#1
            """,
        ),
    ),
}
