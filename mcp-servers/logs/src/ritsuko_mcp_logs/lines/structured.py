"""The fields of a structured line: JSON, `key=value` as logfmt writes it, or the request in a line of an access log."""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

from ritsuko_mcp_logs.lines.stream import plain

_LOGFMT = re.compile(r'(?:^|\s)([A-Za-z_@][\w.@/-]{0,127})=(?:"((?:[^"\\]|\\.)*)"|(\S*))')
# As Apache, nginx, Envoy, Traefik, Gunicorn and uvicorn write it: "GET /cart?id=7 HTTP/1.1" 200
_REQUEST = re.compile(rb'"([A-Z]{3,16}) ([^\s"]{1,4096}) HTTP/\d(?:\.\d)?" (\d{3})(?!\S)')
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_LONGEST = 64 * 1024
_DEEPEST = 4


def parse_fields(line: bytes) -> dict[str, str]:
    """The fields of a JSON object (nested ones under dotted names) or of logfmt; none for a line of prose. Of an access
    log method, path (without its query) and status.

    A JSON object may stand behind a prefix (`web-1 | {...}`). Values are text as JSON writes them.
    """
    if len(line) > _LONGEST:
        return {}
    line = plain(line)
    if line.endswith(b"}") and (start := line.find(b"{")) >= 0:
        try:
            found: object = json.loads(line[start:])
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict):
            return flat(cast("dict[str, Any]", found))
    request = _request(line) if b" HTTP/" in line else {}
    if b"=" not in line:
        return request
    return request | {
        name: _ESCAPED.sub(lambda escaped: _ESCAPES.get(escaped[1], escaped[1]), quoted) if quoted else plain
        for name, quoted, plain in _LOGFMT.findall(line.decode(errors="replace"))
    }


def _request(line: bytes) -> dict[str, str]:
    found = _REQUEST.search(line)
    if found is None:
        return {}
    method, path, status = (part.decode(errors="replace") for part in found.groups())
    return {"method": method, "path": path.partition("?")[0], "status": status}


def flat(record: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a JSON object, nested ones under dotted names."""
    return _flat(record, "", 0)


def _flat(record: Mapping[str, Any], prefix: str, depth: int) -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value and depth < _DEEPEST:
            flat |= _flat(cast("dict[str, Any]", value), f"{name}.", depth + 1)
        else:
            flat[name] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return flat
