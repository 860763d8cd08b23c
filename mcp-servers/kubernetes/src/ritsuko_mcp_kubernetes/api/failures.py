"""Error responses of the API server as failures that say what to do."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from ritsuko_mcp_common import BackendUnreachable, ToolFailure

_FORBIDDEN = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\w+) resource "(?P<resource>[^"]*)" in API group "(?P<group>[^"]*)"'
    r'(?: in the namespace "(?P<namespace>[^"]*)")?'
)


class ApiServerFailure(ToolFailure):
    """An answer of 400 or above; `status` is the HTTP code."""

    def __init__(self, status: int, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.status = status


class Forbidden(ApiServerFailure):
    """403: a right is missing."""


class NotFound(ApiServerFailure):
    """404: no such object, or no such path."""


def failure(status: int, body: bytes) -> ToolFailure:
    """The failure for an error answer, whose `body` is a Kubernetes Status or anything a proxy may say."""
    message = _message(body)
    match status:
        case 401:
            return ApiServerFailure(
                status,
                "the API server rejected this server's credentials (401)",
                "Check that the token has not expired, the ServiceAccount exists and the kubeconfig is correct.",
            )
        case 403:
            return _forbidden(message)
        case 404:
            return NotFound(status, message)
        case 410:
            return ApiServerFailure(status, "the cursor has expired", "Omit cursor to start over.")
        case 429 | 500 | 502 | 503 | 504:
            return BackendUnreachable(f"the API server failed ({status}): {message}", "Try again in a moment.")
        case _:
            return ApiServerFailure(status, f"the API server rejected the request ({status}): {message}")


def _message(body: bytes) -> str:
    try:
        status: Any = json.loads(body)
    except ValueError:
        return body[:300].decode(errors="replace").strip() or "no reason given"
    if isinstance(status, dict):
        return str(cast("dict[str, Any]", status).get("message") or "no reason given")[:1_000]
    return "no reason given"


def _forbidden(message: str) -> Forbidden:
    found = _FORBIDDEN.search(message)
    if found is None:
        return Forbidden(403, f"not allowed (403): {message}", "Ask a cluster administrator for this permission.")
    verb, resource, namespace = found["verb"], found["resource"], found["namespace"]
    where = f"in namespace {namespace}" if namespace else "in the whole cluster"
    role = "Role" if namespace else "ClusterRole"
    rule = f'apiGroups: ["{found["group"]}"], resources: ["{resource}"], verbs: ["{verb}"]'
    hint = f"{found['user']} needs a {role} {where} with {{{rule}}}; for a bot, set spec.rbac.scope of its RitsukoBot."
    if not namespace:
        hint += " Or query a single namespace."
    return Forbidden(403, f"not allowed to {verb} {resource} {where}", hint)
