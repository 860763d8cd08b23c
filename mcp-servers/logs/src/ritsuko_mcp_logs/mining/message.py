"""What a line says: its message, without what stands before it in every line or beside it as fields.

The same message is the same whether it is written as JSON, as logfmt, by klog or by a logger with a format of its own.
In structured lines only the fields that tell what went wrong stay: the others are what varies.
"""

import json
import re
from collections.abc import Mapping
from typing import cast

_MESSAGE = ("msg", "message", "@message", "event", "log", "text", "error_message", "@m", "body", "short_message")


def _also_with_underscores(*names: str) -> tuple[str, ...]:
    """Names as Loki and others keep them, who know no dots."""
    return tuple(dict.fromkeys(form for name in names for form in (name, name.replace(".", "_"))))


CAUSE = _also_with_underscores(
    "error", "err", "exception", "cause", "reason", "error.message", "err.message", "exception.message",
    "stack_trace", "stacktrace", "stack", "exc_info", "exc", "error.stack_trace", "error.stack",
    "err.stack", "exception.stacktrace", "error.type", "exception.type",
)  # fmt: skip
"""Fields that say why, also where a collector put them under dotted names; the telling ones first."""
WHO = _also_with_underscores("logger", "logger_name", "component", "controller", "log.logger")
_LOGFMT = re.compile(rb'(?:^|(?<=\s))([A-Za-z_@][\w.@/-]{0,127})=("(?:[^"\\]|\\.)*"|[^\s"]*)')
# What squashing and hiding break in JSON: code points, escapes before an id, numbers like 1.5e-05.
_BROKEN_TEXT = re.compile(rb"\\u[0A-Fa-f]{0,4}|(?<!\\)\\(?=<\*>)")
_BROKEN_NUMBER = re.compile(rb"(?<=[0.])<\*>(?=\s*[,}\]])")
_TIME = rb"""[\[(]?(?:[A-Z][a-z]{2}[ ]+)?(?:<\*>|0)(?:(?:[-/:.,T+ ]|,[ ])(?:<\*>|0|[A-Z][a-z]{2}(?=[/ -]0)))*
    (?:Z|[ ]UTC)?[\])]?"""
_LEVEL = rb"(?:trace|debug|info|notice|warn|warning|err|error|severe|crit|critical|fatal|panic)"
# What loggers put before the message, in squashed text.
_HEADER = re.compile(
    rb"""[IWEF]0[ ]0:0:0\.0\s+0[ ][\w./-]+:0\][ ]                                # klog
    | (?:%s(?:[\s|,:-]+|$))?                                                    # time
      (?:(?:\[\s*(?i:%s)\s*\] | %s\b | \[[^\]\s]{1,80}\])[\s|:-]*){0,4}         # level, thread
      (?:(?:\w+\.)+\w+[ ]*(?:[-:]|---)[ ]+                                     # com.shop.Orders -
        |0[ ]---[ ](?:\[[^\]]{0,80}\][ ]*){1,4}\S{1,80}[ ]*:[ ])?                # 1 --- [main] c.s.Orders :
    """
    % (_TIME, _LEVEL, _LEVEL.upper()),
    re.VERBOSE,
)
_LONGEST = 64 * 1024
_FEWEST_FIELDS = 3


def message(text: bytes) -> bytes:
    """The message in squashed `text`, if it is JSON or logfmt with one; else the text itself."""
    if len(text) > _LONGEST:
        return text
    if text.endswith(b"}") and (start := text.find(b"{")) >= 0:
        return _of_json(text, start)
    if text.count(b"=") >= _FEWEST_FIELDS:
        return _of_logfmt(text)
    return _without_header(text)


def _of_json(text: bytes, start: int) -> bytes:
    try:
        found: object = json.loads(_BROKEN_NUMBER.sub(b"0", _BROKEN_TEXT.sub(b"", text[start:])))
    except (ValueError, RecursionError):
        return text
    if not isinstance(found, dict):
        return text
    record = cast("dict[str, object]", found)
    said = who_says_what(record)
    if said is None:
        # No message, like the line of an access log: the names of its fields tell what it is.
        said = " ".join(f"{name}={_plain(value)}" for name, value in record.items())
    before = text[:start]
    header = _HEADER.match(before)
    return before[header.end() if header else 0 :] + said.encode("utf-8", "replace")


def _of_logfmt(text: bytes) -> bytes:
    text = _without_header(text)
    found = list(_LOGFMT.finditer(text))
    fields = {pair[1].decode(): pair[2].strip(b'"').decode("utf-8", "replace") for pair in found}
    if len(fields) < _FEWEST_FIELDS:
        return text
    before = text[: found[0].start()].strip()
    quoted = len(before) > 1 and before.startswith(b'"') and before.endswith(b'"')
    if quoted:
        # As klog writes it: "Failed to mount volume" pod="shop/web" err="timeout".
        before = before[1:-1].replace(b'\\"', b'"')
    elif not _first(fields, CAUSE):
        # May be prose with equations in it.
        before = b""
    said = who_says_what(fields, otherwise=before.decode("utf-8", "replace"))
    return text if said is None else said.encode()


def _without_header(text: bytes) -> bytes:
    header = _HEADER.match(text)
    return text[header.end() :] if header and header.end() < len(text) else text


def who_says_what(fields: Mapping[str, object], *, otherwise: str = "") -> str | None:
    """The logger (`otherwise`, if no field names it), the message and the cause; None without a message."""
    what = _first(fields, _MESSAGE) or otherwise
    why = _first(fields, CAUSE)
    if not what and not why:
        return None
    who = _first(fields, WHO)
    parts = [f"{who}:" if who else "", what, f"error={why}" if why and why != what else ""]
    return " ".join(part for part in parts if part)


def _first(fields: Mapping[str, object], names: tuple[str, ...]) -> str:
    for name in names:
        value = fields.get(name)
        if isinstance(value, dict):
            # {"error": {"message": "...", "stack": "..."}}
            value = _first(cast("dict[str, object]", value), (*_MESSAGE, *CAUSE, "type", "name"))
        if isinstance(value, str) and value:
            return _first_frames(value)
    return ""


def _first_frames(value: str) -> str:
    """Of a stack trace in a field, what was thrown and where; of other texts all, on one line."""
    lines = value.split("\n")
    return " ".join(lines[:2]) if len(lines) > 2 else value.replace("\n", " ")


def _plain(value: object) -> str:
    return value if isinstance(value, str) and " " not in value else json.dumps(value)
