"""What a request carries, read as Zulip reads it.

The body counts when it is a form (url-encoded or multipart), never as JSON; a parameter that the body lacks is
looked up in the query string; of duplicates the last wins; anything that isn't a string is JSON. Names that no one
asked for are reported back as `ignored_parameters_unsupported`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from tests.zulip.errors import ApiError, HtmlError, invalid, missing

T = TypeVar("T")
Check = Callable[[str, Any], Any]
logging.getLogger("python_multipart").setLevel(logging.ERROR)  # it warns of bodies that are garbage on purpose
LARGEST_FIELD = 100 * 1024 * 1024
ALWAYS_KNOWN = {"client"}


@dataclass(frozen=True)
class Upload:
    """One file of a multipart body."""

    name: str
    content_type: str | None
    data: bytes


@dataclass
class Params:
    values: dict[str, str] = field(default_factory=dict)
    files: list[Upload] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def text(self, name: str, default: str | None = None, *, required: bool = False) -> str | None:
        self.asked.add(name)
        if name in self.values:
            return self.values[name]
        if required:
            raise missing(name)
        return default

    def accept(self, *names: str) -> None:
        """Known to the real server, without effect on this one: not reported as ignored."""
        self.asked.update(names)

    def required(self, name: str) -> str:
        value = self.text(name, required=True)
        assert value is not None
        return value

    def json(self, name: str, check: Check, default: Any = None, *, required: bool = False) -> Any:
        """The decoded value after `check(name, value)`, which raises ApiError when the kind is wrong."""
        raw = self.text(name, required=required)
        if raw is None:
            return default
        try:
            value = json.loads(raw)
        except ValueError:
            raise ApiError(f'Argument "{name}" is not valid JSON.') from None
        return check(name, value)

    def flag(self, name: str, default: bool = False) -> bool:
        return bool(self.json(name, boolean, default))

    def converted(self, name: str, convert: Callable[[str], T]) -> T:
        """A required value through `convert`; its ValueError is the REQUEST_VARIABLE_INVALID refusal."""
        raw = self.required(name)
        try:
            return convert(raw)
        except ValueError:
            raise invalid(name, raw) from None

    def ignored(self) -> list[str]:
        return sorted(set(self.values) - self.asked - ALWAYS_KNOWN)


def boolean(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ApiError(f"{name} is not a boolean")
    return value


def integer(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ApiError(f"{name} is not an integer")
    return value


def string(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ApiError(f"{name} is not a string")
    return value


def dictionary(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ApiError(f"{name} is not a dict")
    return value


def string_dictionary(name: str, value: Any) -> dict[str, str]:
    for entry in dictionary(name, value).values():
        if not isinstance(entry, str):
            raise ApiError(f"{name} contains a value that is not a string")
    return value


def list_of(check: Check) -> Check:
    def check_list(name: str, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ApiError(f"{name} is not a list")
        return [check(f"{name}[{position}]", element) for position, element in enumerate(value)]

    return check_list


def natural(raw: str) -> int:
    number = int(raw)
    if number < 0:
        raise ValueError(raw)
    return number


async def read(request: Request) -> Params:
    params = Params(dict(parse_qsl(request.url.query, keep_blank_values=True, errors="replace")))
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return params
    kind, _, options = request.headers.get("content-type", "").partition(";")
    if kind.strip().lower() == "multipart/form-data":
        if "boundary=" not in options:
            raise HtmlError(400, "Bad Request (400)")
        await _read_multipart(request, params)
    elif kind.strip().lower() == "application/x-www-form-urlencoded":
        body = (await request.body()).decode("utf-8", "replace")
        params.values |= dict(parse_qsl(body, keep_blank_values=True, errors="replace"))
    return params


async def _read_multipart(request: Request, params: Params) -> None:
    try:
        form = await request.form(max_part_size=LARGEST_FIELD)
    except MultiPartException:
        return  # Django's parser shrugs at garbage: no fields, no files
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            params.files.append(Upload(value.filename or name, value.content_type, await value.read()))
        else:
            params.values[name] = value
    await form.close()
