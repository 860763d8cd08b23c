"""The HTTP face: nginx's limits, faults and outages, then path, method, caller, rate, endpoint."""

from __future__ import annotations

import asyncio
import inspect
from html import escape

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from tests.zulip import control, params
from tests.zulip.auth import authenticate, not_logged_in
from tests.zulip.call import Answer, Call
from tests.zulip.connections import cut
from tests.zulip.errors import ApiError, HtmlError, server_error
from tests.zulip.faults import Fault
from tests.zulip.language import translated
from tests.zulip.limits import rate_limited
from tests.zulip.routes import Route, find
from tests.zulip.server import Server

LONGEST_REQUEST_LINE = 8 * 1024
LARGEST_BODY = 80 * 1024 * 1024
TITLES = {
    400: "Bad Request (400)",
    404: "Error | Zulip",
    413: "413 Request Entity Too Large",
    414: "414 Request-URI Too Large",
}


class App:
    def __init__(self, server: Server) -> None:
        self.server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        if control.owns(request.url.path):
            await (await control.answer(self.server, request))(scope, receive, send)
            return
        fault = self.server.faults.pick(request.method, request.url.path)
        if fault is not None and fault.kind == "drop" and fault.when == "before":
            await cut(scope["client"])
            return
        response = await self._faulty(request, fault)
        if fault is not None and fault.kind == "drop":
            await cut(scope["client"])
            return
        await response(scope, receive, send)

    async def _faulty(self, request: Request, fault: Fault | None) -> Response:
        """The answer, or what a fault makes of it."""
        if fault is None:
            return await self._answer(request)
        if fault.kind == "expire_queues":
            self.server.queues.expire()
        if fault.kind == "delay" and fault.when == "before":
            await asyncio.sleep(fault.seconds)
        if fault.when == "before" and fault.kind in ("rate_limit", "error"):
            await request.body()
            return _spoiled(fault)
        response = await self._answer(request)
        if fault.kind == "delay" and fault.when == "after":
            await asyncio.sleep(fault.seconds)
        return _spoiled(fault) if fault.kind in ("rate_limit", "error") else response

    async def _answer(self, request: Request) -> Response:
        try:
            return await self._dispatch(request)
        except HtmlError as error:
            return _page(error)
        except ApiError as error:
            return _error(request, error, {})

    async def _dispatch(self, request: Request) -> Response:
        await _check_size(request)
        found = find(request.url.path)
        down = self.server.faults.outages
        if found is None or not found[0].event_server:
            if "django" in down:
                raise HtmlError(502, "502 Bad Gateway", charset=False)
        elif self.server.queues.down or "tornado" in down:
            raise HtmlError(502, "502 Bad Gateway", charset=False)
        if found is None:
            raise HtmlError(404, TITLES[404])
        route, args = found
        if request.method == "OPTIONS":
            return _options(route)
        asked = await params.read(request)
        method = "GET" if request.method == "HEAD" else request.method
        if method == "POST" and "method" in asked.values:
            method = asked.required("method")  # a form of a browser can only be posted
        endpoint = route.endpoints.get(method)
        if endpoint is None:
            return _not_allowed(route)
        call = Call(self.server, request, asked, args=args)
        limits = self._admit(call, route)
        try:
            if "postgres" in down and not route.event_server:
                raise server_error()
            answer = endpoint(call)
            answer = await answer if inspect.isawaitable(answer) else answer
        except ApiError as error:
            return _error(request, error, limits)
        return _success(call, answer, {} if call.blocked else limits)

    def _admit(self, call: Call, route: Route) -> dict[str, str]:
        """Let the caller in, counted: the rate headers of the answer."""
        if "redis" in self.server.faults.outages and not route.event_server:
            raise server_error()
        hooks = route.path.pattern == "/api/v1/messages" and call.request.method == "POST"
        if route.anonymous and route.limited:
            self.server.limits.count_address(call.address)
            return {}
        call.caller = authenticate(self.server.world, call.request, webhooks_welcome=hooks)
        if call.caller is None:
            if not route.anonymous:
                raise not_logged_in()
            return {}
        if not route.limited:
            return {}
        count = self.server.limits.count_poll if route.event_server else self.server.limits.count
        return count(call.caller.id)


async def _check_size(request: Request) -> None:
    line = len(request.scope["raw_path"]) + len(request.scope["query_string"])
    if line > LONGEST_REQUEST_LINE:
        raise HtmlError(414, TITLES[414], charset=False)
    if int(request.headers.get("content-length", "0")) > LARGEST_BODY:
        async for _ in request.stream():
            pass  # a client that still sends would not see the answer
        raise HtmlError(413, TITLES[413], charset=False)


def _success(call: Call, answer: Answer, headers: dict[str, str]) -> Response:
    if isinstance(answer, Response):
        return answer
    body = {"result": "success", "msg": "", **answer}
    ignored = call.params.ignored()
    if ignored:
        body.setdefault("ignored_parameters_unsupported", ignored)
    return JSONResponse(body, headers=headers)


def _error(request: Request, error: ApiError, headers: dict[str, str]) -> Response:
    body = error.body()
    body["msg"] = translated(error.msg, request.headers.get("accept-language", ""))
    return JSONResponse(body, error.status, headers={**headers, **error.headers})


def _page(error: HtmlError) -> Response:
    title = escape(error.title)
    html = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    response = Response(html, error.status)
    response.headers["content-type"] = error.content_type
    return response


def _not_allowed(route: Route) -> Response:
    body = {"result": "error", "msg": "Method Not Allowed", "allowed_methods": route.methods}
    response = JSONResponse(body, 405, headers={"allow": ", ".join(route.methods)})
    response.headers["content-type"] = "text/html; charset=utf-8"
    return response


def _options(route: Route) -> Response:
    if route.event_server:
        return Response(status_code=204, headers={"allow": ", ".join(["OPTIONS", *route.endpoints])})
    response = Response(status_code=204, headers={"allow": ", ".join(sorted(route.methods))})
    response.headers["content-type"] = "text/html; charset=utf-8"
    return response


def _spoiled(fault: Fault) -> Response:
    if fault.kind == "rate_limit":
        error = rate_limited(fault.seconds, {"x-ratelimit-remaining": "0"})
        return JSONResponse(error.body(), error.status, headers=error.headers)
    if fault.status == 500:
        return JSONResponse(server_error().body(), 500)
    return _page(HtmlError(fault.status, f"{fault.status} from a fault", charset=False))
