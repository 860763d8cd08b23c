"""The one place that everything passes on its way out: secrets are replaced by a mark, and counted.

The mark, `[redacted-password]`, depends only on the kind of secret: nothing about the value can be learned from it, not
even whether two values are equal.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import cast

from ritsuko_common.json_value import JsonValue
from ritsuko_common.redaction.assignments import assigned_values, paired_values
from ritsuko_common.redaction.encodings import WORD, decoded, percent_decoded
from ritsuko_common.redaction.names import (
    CANDIDATE,
    is_counted,
    is_object_name,
    is_sensitive_name,
    may_hold_a_method,
    may_name_an_object,
)
from ritsuko_common.redaction.shapes import SHAPES, Shape, headless_pem
from ritsuko_common.redaction.values import is_harmless, is_method, is_object, is_plain_word, is_prose, looks_secret

# Also as `base64` prints it: in lines of 76.
_BASE64 = re.compile(
    r"(?<![A-Za-z0-9+/_=-])(?:(?:[A-Za-z0-9+/]{76}\r?\n[ \t]*)+[A-Za-z0-9+/]{1,76}|[A-Za-z0-9+/_-]{16,})={0,2}"
    r"(?![A-Za-z0-9+/_=-])"
)
_LONG_WORD = re.compile(r"[A-Za-z0-9+/_-]{16}")
_LONG_LINE = re.compile(r"(?:^|\n)[ \t]*[A-Za-z0-9+/]{64}[ \t\r]*(?:\n|$)")
_DEEPEST = 4  # texts in texts
_MOST_LEVELS = 100  # of one structure
_TOO_DEEP = "[redacted-nested]"
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


class Redaction:
    """Redacts one answer. `counts` says how many secrets of which kind were replaced so far."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    @property
    def total(self) -> int:
        return self.counts.total()

    def value(self, value: JsonValue) -> JsonValue:
        """A structure with every secret in it replaced: by the name it stands under, by its shape, by its container."""
        return self._structure(value, depth=0, level=0)

    def text(self, text: str) -> str:
        """Running text with every secret in it replaced."""
        return self._text(text, depth=0)

    def sentence(self, text: str) -> str:
        """A sentence of ours with every secret in it replaced, on one line."""
        return " ".join(self.text(text).split())

    def _structure(self, value: JsonValue, *, depth: int, level: int) -> JsonValue:
        match value:
            case str():
                return self._text(value, depth=depth)
            case list() | dict() if level > _MOST_LEVELS:
                self.counts["nested"] += 1
                return _TOO_DEEP
            case list():
                return [
                    self._hidden(item, depth=depth, level=level)
                    if _awaits_a_secret(before)
                    else self._structure(item, depth=depth, level=level + 1)
                    for before, item in zip([None, *value], value, strict=False)
                ]
            case dict():
                return self._object(value, depth=depth, level=level)
            case _:
                return value

    def _object(self, record: dict[str, JsonValue], *, depth: int, level: int) -> dict[str, JsonValue]:
        if record.get("kind") == "Secret":
            record = self._secret_object(record)
        named = record.get("name", record.get("key"))
        out: dict[str, JsonValue] = {}
        for key, value in record.items():
            # {"name": "DB_PASSWORD", "value": "..."}: environment variables, headers, parameters.
            name = named if key == "value" and isinstance(named, str) else key
            out[self._text(key, depth=depth)] = (
                self._hidden(value, depth=depth, level=level + 1)
                if is_sensitive_name(name) and not _is_said_of(name, value)
                else self._structure(value, depth=depth, level=level + 1)
            )
        return out

    def _secret_object(self, record: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """A Kubernetes Secret without its values, nor the copy of them that `kubectl apply` leaves in an annotation."""
        out = dict(record)
        for field in ("data", "stringData"):
            content = record.get(field)
            if isinstance(content, dict):
                out[field] = {key: self._mark("secret") for key in content}
            elif content is not None:
                out[field] = self._mark("secret")
        metadata = record.get("metadata")
        if isinstance(metadata, dict) and isinstance(annotations := metadata.get("annotations"), dict):
            kept = {key: self._mark("secret") if key == _APPLIED else value for key, value in annotations.items()}
            out["metadata"] = {**metadata, "annotations": cast(JsonValue, kept)}
        return out

    def _hidden(self, value: JsonValue, *, depth: int, level: int) -> JsonValue:
        """The value under a sensitive name. Structures keep their shape (`secret: {name: x}` is a reference)."""
        match value:
            case str():
                return value if is_harmless(value) else self._mark("value")
            case list() | dict() if level > _MOST_LEVELS:
                return self._structure(value, depth=depth, level=level)
            case list():
                return [self._hidden(item, depth=depth, level=level + 1) for item in value]
            case dict():
                return self._object(value, depth=depth, level=level)
            case bool() | None:
                return value
            case number:
                return value if is_harmless(str(number)) else self._mark("value")

    def _text(self, text: str, *, depth: int) -> str:
        if (
            len(text) < 4
            or depth > _DEEPEST
            or (len(text) < 16 and text.isascii() and text.isalpha() and not text.isupper())
        ):
            return text
        if (embedded := _embedded(text)) is not None:
            cleaned = self._structure(embedded, depth=depth + 1, level=0)
            return text if cleaned == embedded else json.dumps(cleaned, ensure_ascii=False)
        text = self._plain(text)
        if (plain := decoded(text)) is not None:
            cleaned = self._text(plain, depth=depth + 1)
            if cleaned != plain:
                text = cleaned
        if "%" in text:
            text = WORD.sub(lambda match: self._percent(match[0], depth), text)
        return _BASE64.sub(lambda match: self._encoded(match, depth), text) if _LONG_WORD.search(text) else text

    def _plain(self, text: str) -> str:
        """The text without the secrets that it has in so many words."""
        lowered = _lower(text)
        for shape in SHAPES:
            if shape.may_be_in(text, lowered):
                cleaned = shape.pattern.sub(lambda match, shape=shape: self._replace(match, shape), text)
                if cleaned != text:
                    text, lowered = cleaned, _lower(cleaned)
        if "-----END " in text or _LONG_LINE.search(text):
            text = self._replace_spans(text, headless_pem(text), "pem")
            lowered = _lower(text)
        if CANDIDATE.search(lowered) is None:
            return text
        if ("value" in lowered and ("name" in lowered or "key" in lowered)) or ("<" in text and ">" in text):
            text = self._replace_spans(text, sorted(paired_values(text)), "value")
            lowered = _lower(text)
        return self._replace_spans(text, assigned_values(text, lowered), "value")

    def _percent(self, word: str, depth: int) -> str:
        """A percent-encoded word, decoded if something in it had to be hidden."""
        plain = percent_decoded(word)
        if plain is None:
            return word
        cleaned = self._text(plain, depth=depth + 1)
        return word if cleaned == plain else cleaned

    def _replace_spans(self, text: str, spans: Iterable[tuple[int, int]], kind: str) -> str:
        pieces: list[str] = []
        position = 0
        for start, end in spans:
            if start < position:
                continue
            value = text[start:end]
            pieces += [text[position:start], value if is_harmless(value) else self._mark(kind)]
            position = end
        return "".join([*pieces, text[position:]])

    def _replace(self, match: re.Match[str], shape: Shape) -> str:
        if not match.re.groupindex:
            return self._mark(shape.kind)
        pieces: list[str] = []
        position, text = match.start(), match.string
        for name in match.re.groupindex:
            value = match[name] if name.startswith("secret") else None
            if value is None or is_harmless(value) or (not shape.plain and _is_said(value)):
                continue
            start, end = match.span(name)
            pieces += [text[position:start], self._mark(shape.kind)]
            position = end
        return "".join([*pieces, text[position : match.end()]])

    def _encoded(self, match: re.Match[str], depth: int) -> str:
        """Base64 of something that holds a secret is a secret."""
        run = match.group()
        try:
            joined = "".join(run.split()).translate({45: 43, 95: 47})
            decoded = base64.b64decode(joined + "=" * (-len(joined) % 4)).decode()
        except (binascii.Error, ValueError):
            return run
        probe = Redaction()
        return run if probe._text(decoded, depth=depth + 1) == decoded else self._mark("base64")

    def _mark(self, kind: str) -> str:
        self.counts[kind] += 1
        return f"[redacted-{kind}]"


def redacted(text: str) -> str:
    """Running text with every secret in it replaced."""
    return Redaction().text(text)


def _lower(text: str) -> str:
    """In lower case, and as long: one letter of Turkish becomes two."""
    return text.lower() if text.isascii() else text.replace("İ", "I").lower()


def _is_said(value: str) -> bool:
    """Whether words rather than a secret stand where a secret may: `Basic authentication`, `authorization: RBAC`."""
    first = value.split(maxsplit=1)[0] if value.strip() else ""
    challenge = first.lower() in ("bearer", "basic", "digest", "negotiate", "ntlm")
    if challenge and ("realm=" in value or value.strip() == first):
        return True
    return (
        is_plain_word(value.strip()) or is_method(value) or is_prose(value) or (first.endswith("=") and not value[8:])
    )


def _is_said_of(name: str, value: JsonValue) -> bool:
    """Whether a field with a sensitive name holds a count, a way of logging in, a sentence, or an object's name."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return is_counted(name)
    if not isinstance(value, str):
        return False
    if is_counted(name) and value.strip().isdecimal():
        return True
    if may_hold_a_method(name) and is_method(value):
        return True
    if may_name_an_object(name) and is_object(value):
        return True
    if is_object_name(name):
        return not looks_secret(value)
    return is_prose(value)


def _awaits_a_secret(argument: JsonValue) -> bool:
    """Whether the next argument of a command is this option's value: `["--password", "x"]`."""
    return (
        isinstance(argument, str)
        and argument.startswith("-")
        and not any(character in argument for character in "=: \n")
        and is_sensitive_name(argument)
    )


def _embedded(text: str) -> JsonValue | None:
    """The structure in a text that is JSON as a whole (annotations and log lines often are)."""
    stripped = text.strip()
    if not stripped or stripped[0] not in "{[" or stripped[-1] not in "}]":
        return None
    try:
        return json.loads(stripped, object_pairs_hook=_named_once)
    except (ValueError, RecursionError):
        return None


def _named_once(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    """Raises `ValueError` for a name given twice: the parser keeps one value, and the text has both."""
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("a name is given twice")
    return record
