"""`python -m tests.zulip.contract.build FOLDER`: make contract.json from a folder of recorded cases.

Keeps of each case the request, and of its answer the status, the headers that matter and the body, in which what
differs from run to run is replaced by its kind ("~int", "~text", ...), a long text by its length and digest, and a long
list by the shapes of its elements.
"""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.zulip.contract.state import GROUPS
from tests.zulip.contract.steps import OWN_QUEUE

CONTRACT = Path(__file__).parent / "contract.json"
HEADERS = ("content-type", "allow", "www-authenticate", "content-disposition", "location", "x-ratelimit-limit")
PRESENT = ("x-ratelimit-remaining", "x-ratelimit-reset", "retry-after")
KIND_ONLY = {
    *("timestamp", "last_edit_timestamp", "edit_timestamp", "create_time", "date_sent", "date_created", "date_joined"),
    *("server_timestamp", "server_generation", "max_message_id", "recipient_id", "upload_space_used", "color", "msg"),
    *("avatar_url", "avatar_url_medium", "realm_uri", "retry-after", "realm_date_created"),
}
NULLABLE = {"first_message_id"}
SEEN_ELSEWHERE = {"members"}
"""Lists of the world's inhabitants: the recorded ones must be among ours."""
SPELT_OUT = {"events", "messages", "streams", "subscriptions", "topics"}
LONG_TEXT, LONG_LIST = 400, 1500
DONE_MEANWHILE = {f"16_pkg__call_on_each_event#{number}" for number in (3, 4, 7, 12)}
"""Requests that another thread made while a recorded poll was open: steps of that poll here."""

BIG = {
    "04_send__content_10001": ["y", 10000, "z"],
    "05_edit__content_10001": ["y", 10000, "z"],
    "04_send__content_10001_astral_letter": ["\U0001d4b3", 10001, ""],
    "04_send__content_10001_cjk": ["日", 10001, ""],
    "04_send__content_10001_combining": ["é", 10001, ""],
    "04_send__content_9000_emoji": ["😀", 9000, ""],
    "04_send__content_3000_emoji": ["😀", 3000, ""],
    "04_send__content_50000_in_code_fence": ["line of text\n", 4000, "```", "```\n"],
    "04_render__too_long": ["x", 10001, ""],
    "14_malformed__long_url": ["y", 9000, ""],
    **{f"10_storage__put_{n}MB": ["x", n * 1_000_000, '"}', '{"big": "'] for n in (1, 3, 11)},
    **{f"10_storage__put_quota_{n}": ["x", 2_000_000, '"}', f'{{"q{n}": "'] for n in (1, 2)},
}
"""What the recordings shortened or say at length: [unit, times, end, start]."""
KEYS = {
    "12_auth__email_case": "own",
    "12_auth__right_key_other_email": "the bot's",
    "12_auth__empty_password": "empty",
    "12_auth__wrong_key_short": "short",
}


def kind(value: Any) -> str:
    names = {bool: "bool", int: "int", float: "float", str: "text", type(None): "null"}
    return "~" + names[type(value)]


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        shapes: list[Any] = []
        for element in value:
            if (one := shape(element)) not in shapes:
                shapes.append(one)
        return {"~each": shapes}
    return kind(value)


def compact(value: Any, key: str = "") -> Any:
    if key in KIND_ONLY and not isinstance(value, (dict, list)):
        return kind(value)
    if key in NULLABLE:
        return "~int?"
    if isinstance(value, dict):
        if key and len(json.dumps(value)) > LONG_LIST and "sender_id" not in value:
            return shape(value)
        return {name: compact(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        if key in SEEN_ELSEWHERE:
            return {"~includes": [compact(element) for element in value]}
        if (
            key not in ("events", "messages", "streams", "subscriptions", "topics")
            and len(json.dumps(value)) > LONG_LIST
        ):
            return shape(value)
        return [compact(element) for element in value]
    if isinstance(value, str) and len(value) > LONG_TEXT:
        return f"~text {len(value)} {hashlib.sha256(value.encode()).hexdigest()[:16]}"
    assert not (isinstance(value, str) and value.startswith("~")), value
    return value


def answer(name: str, response: dict[str, Any]) -> dict[str, Any]:
    recorded = response["headers"]
    headers = {header: recorded[header] for header in HEADERS if header in recorded}
    headers |= {header: "~text" for header in PRESENT if header in recorded}
    if name.startswith("13_") and "x-ratelimit-limit" in headers:
        headers["x-ratelimit-limit"] = recorded["x-ratelimit-limit"]
    body = response["body"]
    if isinstance(body, str) and "html" in headers.get("content-type", ""):
        body = "~text"
    elif name.startswith("02_") and isinstance(body, dict):
        live = ("realm_user_groups", "subscriptions", "never_subscribed", "streams", "realm_default_streams")
        body = {key: shape(v) if key in live else compact(v, key) for key, v in body.items()}
    else:
        body = compact(body)
    return {"status": response["status"], "headers": headers, "body": body}


def request(name: str, recorded: dict[str, Any]) -> dict[str, Any]:
    asked: dict[str, Any] = {"method": recorded["method"], "path": recorded["path"]}
    auth = recorded.get("auth")
    if auth:
        asked["as"] = auth["user"]
        wrong = KEYS.get(name, "wrong") if not auth["password"].startswith("<API_KEY") else "own"
        asked["key"] = wrong
    for source, target in (("params", "query"), ("form", "form"), ("headers", "headers"), ("files", "files")):
        if recorded.get(source):
            asked[target] = dict(recorded[source]) if source != "files" else recorded[source]
    raw = recorded.get("body_as_sent")
    if raw and "form" not in asked and "files" not in asked:
        asked["raw"] = ast.literal_eval(raw).decode() if raw.startswith("b'") else raw
        asked["content_type"] = recorded.get("content_type")
    if name in BIG:
        fields: dict[str, Any] = asked.get("form") or asked["query"]
        fields[next(f for f in ("content", "storage", "x") if f in fields)] = {"~big": BIG[name]}
    return asked


def package_cases(recorded: dict[str, Any]) -> list[dict[str, Any]]:
    """The requests of one call of the `zulip` package, each a case of its own."""
    cases: list[dict[str, Any]] = []
    for number, exchange in enumerate(recorded["http"], 1):
        url = urlsplit(exchange["url"])
        asked: dict[str, Any] = {"method": exchange["method"], "path": url.path, "as": "ritsuko-bot@zulipdev.com"}
        asked |= {"key": "own", "headers": {"User-Agent": exchange["headers"]["User-agent"]}}
        if url.query:
            asked["query"] = dict(parse_qsl(url.query))
        body, content_type = exchange["body_as_sent"], exchange["headers"].get("Content-Type")
        if body:
            asked |= {"raw": body, "content_type": content_type}
        name = f"{recorded['name']}#{number}"
        cases.append({"name": name, "request": asked, "answer": answer(name, exchange["response"])})
    return cases


def own_queue(case: dict[str, Any]) -> str | None:
    asked = case["request"]
    return (asked.get("query") or asked.get("form") or {}).get("queue_id")


def build(folder: Path) -> dict[str, Any]:
    groups: dict[str, list[tuple[Any, dict[str, Any]]]] = {}
    for path in sorted(folder.glob("*.json")):
        recorded = json.loads(path.read_text())
        group = GROUPS[recorded["name"][:2]]
        if "http" in recorded:
            cases = package_cases(recorded)
        else:
            name = recorded["name"]
            cases = [
                {
                    "name": name,
                    "request": request(name, recorded["request"]),
                    "answer": answer(name, recorded["response"]),
                }
            ]
        headers = {} if "http" in recorded else recorded["response"]["headers"]
        when = (int(headers.get("x-ratelimit-reset", 0)), -int(headers.get("x-ratelimit-remaining", 0)))
        for number, case in enumerate(cases):
            if case["name"] in DONE_MEANWHILE:
                continue
            case["shows"] = recorded.get("note") or ""
            given = group.given.get(case["name"], [])
            case["given"] = json.loads(json.dumps(given).replace(json.dumps(OWN_QUEUE), json.dumps(own_queue(case))))
            if case["name"] in group.meanwhile:
                case["meanwhile"] = group.meanwhile[case["name"]]
            place = group.order.index(case["name"]) if case["name"] in group.order else -1
            early = (1, *when) if place < 0 else (0, place, 0)
            groups.setdefault(recorded["name"][:2], []).append(((early, number), case))
    return {
        number: {
            "start": GROUPS[number].start,
            "cases": [case for _, case in sorted(entries, key=lambda entry: entry[0])],
        }
        for number, entries in sorted(groups.items())
    }


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    contract = build(Path(sys.argv[1]))
    lines = []
    for number, group in contract.items():
        cases = ",\n".join(json.dumps(case, ensure_ascii=False, sort_keys=False) for case in group["cases"])
        lines.append(
            f'"{number}": {{"start": {json.dumps(group["start"], ensure_ascii=False)}, "cases": [\n{cases}\n]}}'
        )
    CONTRACT.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
