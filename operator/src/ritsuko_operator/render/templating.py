"""The templates: YAML with Jinja2 in it, whose values cannot break out of their place.

An expression in a template never becomes text: the environment itself (`finalize`) keeps its value aside and writes a
mark, the YAML of structure and marks is parsed, and the values are put where their marks are. So no template has to
quote, none can forget it, and the YAML of one template is parsed once for each shape it takes and not for each bot.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any, cast

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined, Template, Undefined, pass_context
from jinja2.runtime import Context
from pydantic_core import from_json, to_json

from ritsuko_operator.render.canonical import canonical
from ritsuko_operator.render.errors import RenderError
from ritsuko_operator.render.manifest import Manifest

# libyaml is many times faster; PyYAML's wheels bring it along.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOT_PLAIN = re.compile(r"[^\x20-\x7e]")
_LONG_KEY = re.compile(rb'"[^"]{1025,}":')  # more than an apply patch, being YAML, may have
_MARK = "\ue000"  # no template has it
_VALUES = "values of this rendering"  # not a name that a template could use
_SHAPES = 256


def from_template(name: str, **values: object) -> Manifest:
    """The canonical manifest that a template makes of the values. A value that the template misses is a bug in it."""
    slots: list[Any] = []
    text = _template(name).render({**values, _VALUES: slots})
    as_json = to_json(slots)
    if _LONG_KEY.search(as_json):
        raise RenderError(f"{name}: a key is too long: shorten the names of labels and annotations")
    return canonical(_filled(_shape(text), from_json(as_json)))


def to_yaml(value: object) -> str:
    """One line of YAML that reads back as the same value, whatever is in it.

    JSON is nearly YAML; what differs is how characters outside ASCII are escaped.
    """
    return _NOT_PLAIN.sub(lambda match: f"\\U{ord(match[0]):08X}", to_json(value).decode())


@pass_context
def _keep_aside(context: Context, value: object) -> str:
    if isinstance(value, Undefined):
        return str(value)  # raises: StrictUndefined says which name is missing
    slots = context[_VALUES]
    slots.append(value)
    return f"{_MARK}{len(slots) - 1}"


def _filled(shape: Any, values: list[Any]) -> Any:
    if isinstance(shape, dict):
        entries = cast(dict[str, Any], shape)
        return {_filled(key, values): _filled(entry, values) for key, entry in entries.items()}
    if isinstance(shape, list):
        return [_filled(entry, values) for entry in cast(list[Any], shape)]
    if isinstance(shape, str) and shape.startswith(_MARK):
        return values[int(shape[len(_MARK) :])]
    return shape


@lru_cache(maxsize=_SHAPES)
def _shape(text: str) -> Any:
    return yaml.load(text, _Loader)


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("ritsuko_operator.render"),
        undefined=StrictUndefined,
        finalize=_keep_aside,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    return environment.get_template(name)
