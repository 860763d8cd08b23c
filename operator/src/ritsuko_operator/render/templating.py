"""The templates: YAML with Jinja2 in it, whose values cannot break out of their place.

Whatever an expression in a template yields is written as quoted YAML by the environment itself (`finalize`), so no
template has to remember to quote, and none can forget it.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined, Template, Undefined

from ritsuko_operator.render.canonical import canonical
from ritsuko_operator.render.errors import RenderError
from ritsuko_operator.render.manifest import Manifest

# libyaml is many times faster; PyYAML's wheels bring it along.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOT_PLAIN = re.compile(r"[^\x20-\x7e]")


def from_template(name: str, **values: object) -> Manifest:
    """The canonical manifest that a template makes of the values. A value that the template misses is a bug in it."""
    text = _template(name).render(**values)
    try:
        return canonical(yaml.load(text, _Loader))
    except yaml.YAMLError as error:
        # The only thing that quoting does not cure: YAML allows no key of more than 1024 characters.
        raise RenderError(f"{name}: a key is too long: shorten the names of labels and annotations") from error


def to_yaml(value: object) -> str:
    """One line of YAML that reads back as the same value, whatever is in it.

    JSON is nearly YAML; what differs is how characters outside ASCII are escaped.
    """
    if isinstance(value, Undefined):
        return str(value)  # raises: StrictUndefined says which name is missing
    return _NOT_PLAIN.sub(lambda match: f"\\U{ord(match[0]):08X}", json.dumps(value, ensure_ascii=False))


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("ritsuko_operator.render"),
        undefined=StrictUndefined,
        finalize=to_yaml,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    return environment.get_template(name)
