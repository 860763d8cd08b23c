"""What somebody typed, made into the value that a schema wants."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import TypeGuard

from pydantic import JsonValue

from ritsuko_bot.commands.schema import Schema, alternatives, as_list, as_object
from ritsuko_bot.json_values import parse_json

_INTEGER = re.compile(r"[+-]?[0-9]{1,300}")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_TRUE = {"true", "yes", "on", "1"}
_FALSE = {"false", "no", "off", "0"}
# Tried in this order: what could be read as something more exact than text, is.
_ORDER = ["null", "boolean", "integer", "number", "array", "object", "string", None]


class Mismatch(ValueError):
    """The value does not fit. `expected` says what would."""

    def __init__(self, expected: str) -> None:
        super().__init__(f"expected {expected}")
        self.expected = expected


def from_text(text: str, options: Sequence[Schema], root: Schema, *, quoted: bool = False) -> JsonValue:
    """The value that `text` stands for under any of `options`. Quotes say that text is meant, where text is allowed."""
    ordered = sorted(options, key=lambda option: _rank(option, quoted=quoted))
    has_text = any(option.get("type") in ("string", None) for option in options)
    mismatch: Mismatch | None = None
    for option in ordered:
        try:
            return _text_as(text, option, root, bare_list=not has_text, quoted=quoted)
        except Mismatch as error:
            mismatch = mismatch or (error if len(options) == 1 else None)
    raise mismatch or Mismatch(describe(options, root))


def from_json(value: JsonValue, options: Sequence[Schema], root: Schema) -> JsonValue:
    """A value that was given as JSON, checked, and coerced where it is a string that stands for something else."""
    mismatch: Mismatch | None = None
    for option in options:
        try:
            return _json_as(value, option, root)
        except Mismatch as error:
            mismatch = mismatch or (error if len(options) == 1 else None)
    if isinstance(value, str):
        return from_text(value, options, root)
    raise mismatch or Mismatch(describe(options, root))


def describe(options: Sequence[Schema], root: Schema) -> str:
    """What fits, in words: `a whole number from 1 to 100`, `one of a, b`."""
    words = dict.fromkeys(_describe_one(option, root) for option in options if option.get("type") != "null")
    return " or ".join(words) or "nothing"


def _rank(option: Schema, *, quoted: bool) -> int:
    kind = option.get("type")
    if option.get("enum") or "const" in option:
        return -1
    if quoted and kind == "string":
        return -2
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def _text_as(text: str, option: Schema, root: Schema, *, bare_list: bool, quoted: bool) -> JsonValue:
    choices = _choices(option)
    if choices is not None:
        return _choose(text, choices, option, root)
    value: JsonValue
    match option.get("type"):
        case "null":
            if quoted or text.casefold() not in ("null", "none"):
                raise Mismatch("null")
            return None
        case "boolean":
            folded = text.strip().casefold()
            if folded not in _TRUE | _FALSE:
                raise Mismatch(_describe_one(option, root))
            return folded in _TRUE
        case "integer":
            if not _INTEGER.fullmatch(text.strip()):
                raise Mismatch(_describe_one(option, root))
            value = int(text)
        case "number":
            value = _number(text, option, root)
        case "array":
            value = _list(text, option, root, bare=bare_list)
        case "object":
            value = _json_as(_parsed(text, option, root), option, root)
        case "string":
            value = text
        case _:
            value = text if quoted else _anything(text)
    return _within_bounds(value, option, root)


def _json_as(value: JsonValue, option: Schema, root: Schema) -> JsonValue:
    choices = _choices(option)
    if choices is not None:
        if value in choices:
            return value
        raise Mismatch(_describe_one(option, root))
    fits = {
        "null": value is None,
        "boolean": isinstance(value, bool),
        "integer": _is_number(value) and math.isfinite(value) and value == int(value),
        "number": _is_number(value),
        "string": isinstance(value, str),
        "array": isinstance(value, list),
        "object": isinstance(value, dict),
    }
    kind = option.get("type")
    if isinstance(kind, str) and not fits.get(kind, True):
        raise Mismatch(_describe_one(option, root))
    if kind == "integer" and isinstance(value, float):
        value = int(value)
    if isinstance(value, list) and "items" in option:
        items = alternatives(as_object(option["items"]), root)
        value = [from_json(item, items, root) for item in value]
    if isinstance(value, dict):
        value = _object(value, option, root)
    return _within_bounds(value, option, root)


def _object(value: dict[str, JsonValue], option: Schema, root: Schema) -> JsonValue:
    properties = as_object(option.get("properties"))
    missing = [name for name in as_list(option.get("required")) if name not in value]
    if missing:
        raise Mismatch(f"an object with {', '.join(map(str, missing))}")
    unknown = [name for name in value if name not in properties]
    if unknown and properties and option.get("additionalProperties") is False:
        raise Mismatch(f"an object with {', '.join(properties)} and without {unknown[0]}")
    result: dict[str, JsonValue] = {}
    for name, item in value.items():
        try:
            options = alternatives(as_object(properties.get(name)), root)
            result[name] = from_json(item, options, root) if name in properties else item
        except Mismatch as error:
            raise Mismatch(f"{error.expected} in {name}") from error
    return result


def _list(text: str, option: Schema, root: Schema, *, bare: bool) -> JsonValue:
    if text.lstrip().startswith("["):
        return _json_as(_parsed(text, option, root), option, root)
    if not bare:
        raise Mismatch(_describe_one(option, root))
    items = alternatives(as_object(option.get("items")), root)
    pieces = [piece.strip() for piece in text.split(",")]
    return [from_text(piece, items, root) for piece in pieces if piece]


def _parsed(text: str, option: Schema, root: Schema) -> JsonValue:
    try:
        return parse_json(text)
    except ValueError as error:
        raise Mismatch(_describe_one(option, root)) from error


def _number(text: str, option: Schema, root: Schema) -> JsonValue:
    if not _NUMBER.fullmatch(text.strip()):
        raise Mismatch(_describe_one(option, root))
    if _INTEGER.fullmatch(text.strip()):
        return int(text)
    value = float(text)
    if not math.isfinite(value):
        raise Mismatch(_describe_one(option, root))
    return value


def _anything(text: str) -> JsonValue:
    """Without a type to go by: JSON where it is JSON, else text."""
    try:
        return parse_json(text)
    except ValueError:
        return text


def _choices(option: Schema) -> list[JsonValue] | None:
    if "const" in option:
        return [option["const"]]
    return list(as_list(option.get("enum"))) or None


def _choose(text: str, choices: list[JsonValue], option: Schema, root: Schema) -> JsonValue:
    written = {choice if isinstance(choice, str) else json.dumps(choice): choice for choice in choices}
    if text in written:
        return written[text]
    same = [choice for form, choice in written.items() if form.casefold() == text.casefold()]
    if len(same) == 1:
        return same[0]
    raise Mismatch(_describe_one(option, root))


def _within_bounds(value: JsonValue, option: Schema, root: Schema) -> JsonValue:
    """The value, if the numeric, length and count bounds allow it. Patterns are left to the server: a hostile one
    would keep us busy."""
    checks: list[bool] = []
    if _is_number(value):
        low, high = option.get("minimum"), option.get("maximum")
        above, below = option.get("exclusiveMinimum"), option.get("exclusiveMaximum")
        checks.append(not _is_number(low) or value >= low)
        checks.append(not _is_number(high) or value <= high)
        checks.append(not _is_number(above) or value > above)
        checks.append(not _is_number(below) or value < below)
    if isinstance(value, str | list):
        least, most = ("minLength", "maxLength") if isinstance(value, str) else ("minItems", "maxItems")
        low, high = option.get(least), option.get(most)
        checks.append(not _is_number(low) or len(value) >= low)
        checks.append(not _is_number(high) or len(value) <= high)
    if not all(checks):
        raise Mismatch(_describe_one(option, root))
    return value


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _describe_one(option: Schema, root: Schema) -> str:
    choices = _choices(option)
    if choices is not None:
        shown = [choice if isinstance(choice, str) else json.dumps(choice) for choice in choices[:20] if choice != ""]
        rest = f" and {len(choices) - 20} more" if len(choices) > 20 else ""
        return (f"one of {', '.join(shown)}" if len(shown) != 1 else shown[0]) + rest
    match option.get("type"):
        case "integer":
            return f"a whole number{_range(option)}"
        case "number":
            return f"a number{_range(option)}"
        case "boolean":
            return "true or false"
        case "string":
            return f"text{_length(option, 'minLength', 'maxLength', 'characters')}"
        case "array":
            return f"a list{_items(option, root)}{_length(option, 'minItems', 'maxItems', 'items')}"
        case "object":
            names = list(as_object(option.get("properties")))
            return f"a JSON object with {', '.join(names[:10])}" if names else "a JSON object"
        case "null":
            return "null"
        case _:
            return "any value"


def _items(option: Schema, root: Schema) -> str:
    first = alternatives(as_object(option.get("items")), root)[0]
    # Not deeper: a list may be defined as a list of itself.
    if not first or first.get("type") in ("array", "object"):
        return ""
    return f" ({_describe_one(first, root)})"


def _range(option: Schema) -> str:
    low, high = option.get("minimum"), option.get("maximum")
    above, below = option.get("exclusiveMinimum"), option.get("exclusiveMaximum")
    if _is_number(low) and _is_number(high):
        return f" from {low:g} to {high:g}"
    words = [
        f" {word} {bound:g}"
        for word, bound in (("of at least", low), ("of at most", high), ("above", above), ("below", below))
        if _is_number(bound)
    ]
    return " and".join(words)


def _length(option: Schema, least: str, most: str, unit: str) -> str:
    low, high = option.get(least), option.get(most)
    words = [f"at least {low:g}"] if _is_number(low) and low > 0 else []
    words += [f"at most {high:g}"] if _is_number(high) else []
    return f" of {' and '.join(words)} {unit}" if words else ""
