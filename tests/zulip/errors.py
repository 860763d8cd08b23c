"""The refusals of the API: a status, a `code` that clients may rely on, and a text that they must not."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """Answered as JSON: result, msg, code and `extra`. `code=None` leaves the code out, as a 500 does."""

    def __init__(
        self,
        msg: str,
        code: str | None = "BAD_REQUEST",
        *,
        status: int = 400,
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(msg)
        self.msg = msg
        self.code = code
        self.status = status
        self.headers = headers or {}
        self.extra = extra

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"result": "error", "msg": self.msg, **self.extra}
        if self.code is not None:
            body["code"] = self.code
        return body


class HtmlError(Exception):
    """What the machinery around the API answers: pages of nginx and Django, not JSON."""

    def __init__(self, status: int, title: str, *, charset: bool = True) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.content_type = "text/html; charset=utf-8" if charset else "text/html"


def unauthorized(msg: str) -> ApiError:
    return ApiError(msg, "UNAUTHORIZED", status=401, headers={"www-authenticate": 'Basic realm="zulip"'})


def missing(name: str) -> ApiError:
    return ApiError(f"Missing '{name}' argument", "REQUEST_VARIABLE_MISSING", var_name=name)


def invalid(name: str, value: str) -> ApiError:
    return ApiError(f"Bad value for '{name}': {value}", "REQUEST_VARIABLE_INVALID", var_name=name, bad_value=value)


def bad_narrow(desc: str) -> ApiError:
    return ApiError(f"Invalid narrow operator: {desc}", "BAD_NARROW", desc=desc)


def bad_queue(queue_id: str) -> ApiError:
    return ApiError(f"Bad event queue ID: {queue_id}", "BAD_EVENT_QUEUE_ID", queue_id=queue_id)


def invalid_messages() -> ApiError:
    return ApiError("Invalid message(s)")


def server_error() -> ApiError:
    return ApiError("Internal server error", None, status=500)
