"""Endpoints of uploaded files: storing them, and who may fetch them."""

from __future__ import annotations

import mimetypes
import re
import secrets
import unicodedata

from starlette.responses import RedirectResponse, Response

from tests.zulip import wire
from tests.zulip.call import Answer, Call
from tests.zulip.errors import ApiError, HtmlError
from tests.zulip.world import StoredFile

MIB = 1024 * 1024
SHOWN_INLINE = ("image/apng", "image/avif", "image/gif", "image/jpeg", "image/png", "image/webp", "image/bmp")


def upload(call: Call) -> Answer:
    files = call.params.files
    if not files:
        raise ApiError("You must specify a file to upload")
    if len(files) > 1:
        raise ApiError("You may only upload one file at a time")
    largest = call.world.realm["max_file_upload_size_mib"]
    if len(files[0].data) > largest * MIB:
        raise ApiError(f"Uploaded file is larger than the allowed limit of {largest} MiB")
    name = safe_name(files[0].name)
    path = f"3/{secrets.token_hex(1)}/{secrets.token_urlsafe(18)}/{name}"
    file = StoredFile(
        id=len(call.world.files) + 1,
        path=path,
        name=files[0].name,
        owner_id=call.user.id,
        data=files[0].data,
        created=call.server.clock.now(),
        content_type=files[0].content_type,
    )
    call.world.files[path] = file
    call.server.queues.publish(
        {"type": "attachment", "op": "add", **wire.attachment(call.world, file)}, [file.owner_id]
    )
    return {"uri": f"/user_uploads/{path}"}


def safe_name(name: str) -> str:
    """What is left of a file's name in its address: letters of any script, digits, dots, underscores, hyphens."""
    name = re.split(r"[/\\]", name)[-1]
    kept = re.sub(r"[^\w\s.-]", "", unicodedata.normalize("NFKC", name)).strip()
    shortened = re.sub(r"[-\s]+", "-", kept)
    return "uploaded-file" if shortened in ("", ".", "..") else shortened


def fetch(call: Call) -> Answer:
    """The file itself, for a browser or a client with its key."""
    if call.caller is None:
        headers = call.server.limits.count_visitor(call.address) | {"content-type": "text/html; charset=utf-8"}
        return RedirectResponse(f"/devlogin/?next=/user_uploads/{call.args['path']}", 302, headers=headers)
    return _content(_allowed(call), download=call.args.get("download") is not None)


def temporary_address(call: Call) -> Answer:
    file = _allowed(call)
    token = f"{file.path}:{call.world.users[file.owner_id].api_key}".encode().hex().upper()
    return {"url": f"/user_uploads/temporary/{token}/{file.path.rpartition('/')[2]}"}


def fetch_temporary(call: Call) -> Answer:
    try:
        path, _, key = bytes.fromhex(call.args["token"]).decode().rpartition(":")
    except ValueError:
        raise HtmlError(404, "This file does not exist or has been deleted.") from None
    file = call.world.files.get(path)
    if file is None or call.world.users[file.owner_id].api_key != key:
        raise HtmlError(404, "This file does not exist or has been deleted.")
    return _content(file)


def _allowed(call: Call) -> StoredFile:
    file = call.world.files.get(call.args["path"])
    if file is None:
        raise HtmlError(404, "This file does not exist or has been deleted.")
    linking = [call.world.messages[number] for number in file.message_ids if number in call.world.messages]
    if file.owner_id != call.user.id and not any(call.world.may_read(call.user, message) for message in linking):
        raise HtmlError(403, "You are not authorized to view this file.")
    return file


def _content(file: StoredFile, *, download: bool = False) -> Response:
    kind = mimetypes.guess_type(file.path)[0] or "application/octet-stream"
    inline = kind in SHOWN_INLINE and not download
    name = file.path.rpartition("/")[2]
    shown = name.encode("ascii", "replace").decode() if name.isascii() else None
    attached = f'attachment; filename="{name}"' if shown else f"attachment; filename*=utf-8''{_percent(name)}"
    response = Response(file.data)
    response.headers["content-type"] = kind
    response.headers["content-disposition"] = "inline" if inline else attached
    response.headers["x-content-type-options"] = "nosniff"
    return response


def _percent(name: str) -> str:
    return "".join(f"%{byte:02X}" for byte in name.encode())
