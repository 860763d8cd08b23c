"""The examples in the documents: resources in YAML, and Python."""

import re
from pathlib import Path
from typing import Any

import yaml

from tools.markdown import ROOT, documents

_YAML = re.compile(r"^(?P<indent> *)(?:```yaml|.*<<'YAML'$)\n(?P<text>.*?)^ *(?:```|YAML)$", re.DOTALL | re.MULTILINE)
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def resources(path: Path) -> list[dict[str, Any]]:
    """The resources of our kinds in a document, in its order."""
    found: list[dict[str, Any]] = []
    for match in _YAML.finditer(path.read_text()):
        text = re.sub(rf"(?m)^{match['indent']}", "", match["text"])
        if "apiVersion: ritsuko.dev/" in text:
            found += yaml.safe_load_all(text)
    return found


def python(path: Path) -> list[tuple[int, str]]:
    """The Python of a document, each block with how many lines come before it."""
    text = path.read_text()
    return [(text.count("\n", 0, match.start(1)), match[1]) for match in _PYTHON.finditer(text)]


def documents_with_resources() -> list[Path]:
    return [path for path in documents() if resources(path)]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))
