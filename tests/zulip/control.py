"""What a real server doesn't have: the chat page at `/`, and `/emulator/...` to order faults and move the clock."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from tests.zulip.faults import Fault
from tests.zulip.server import VERSION_FIELDS, Server

PAGE = Path(__file__).parent / "page.html"


def owns(path: str) -> bool:
    return path in ("/", "/favicon.ico") or path.startswith("/emulator/")


async def answer(server: Server, request: Request) -> Response:
    path, method = request.url.path, request.method
    if path == "/" and method in ("GET", "HEAD"):
        return FileResponse(PAGE, media_type="text/html")
    if path == "/favicon.ico":
        return Response(status_code=204)
    try:
        given = json.loads(await request.body() or b"{}")
        return JSONResponse(_act(server, method, path.removeprefix("/emulator/"), given))
    except (ValueError, TypeError, KeyError) as error:
        return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)


def _act(server: Server, method: str, path: str, given: dict[str, Any]) -> Any:
    match method, path.split("/"):
        case "GET", ["people"]:
            return people(server)
        case "GET", ["faults"]:
            return {"faults": [f.as_json() for f in server.faults.rules()], "outages": sorted(server.faults.outages)}
        case "POST", ["faults"]:
            return server.faults.add(Fault(**given)).as_json()
        case "DELETE", ["faults"]:
            server.faults.clear()
        case "DELETE", ["faults", number]:
            server.faults.remove(int(number))
        case "PUT", ["outages"]:
            server.faults.outages = set(given["down"])
        case "POST", ["queues", "expire"]:
            user = given.get("user")
            server.queues.expire(None if user is None else server.world.find_user(user).id)
        case "POST", ["event-server", ("stop" | "kill" | "start" | "restart" | "crash") as action]:
            event_server(server, action)
        case "POST", ["clock", "advance"]:
            advance(server, float(given["seconds"]))
        case "PUT", ["limits"]:
            server.limits.per_user = given["per_minute"]
            server.limits.forget()
        case _:
            raise ValueError(f"no such control: {method} {path}")
    return {"done": True}


def people(server: Server) -> list[dict[str, Any]]:
    return [
        {
            "id": u.id,
            "email": u.email,
            "full_name": u.full_name,
            "is_bot": u.is_bot,
            "role": u.role,
            "api_key": u.api_key,
        }
        for u in server.world.users.values()
        if u.active and not u.system
    ]


def event_server(server: Server, action: str) -> None:
    """`restart` keeps the queues, `crash` forgets them; `stop`, `kill` and `start` are their halves."""
    if action in ("stop", "restart", "kill", "crash"):
        server.queues.stop(killed=action in ("kill", "crash"))
    if action in ("start", "restart", "crash"):
        server.queues.start(VERSION_FIELDS)


def advance(server: Server, seconds: float) -> None:
    """Move the clock on, with the heartbeats and expiries that lie between."""
    while seconds > 0:
        step = min(seconds, 5.0)
        server.clock.advance(step)
        server.queues.tick()
        seconds -= step
