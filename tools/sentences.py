"""The sentences in our programs that people and models read, listed so that a reviewer sees new ones.

    python -m tools.sentences   write tests/golden/sentences/<package>.txt from the sources

A list has a section for each module. Each line is a string of the source with blanks between words; docstrings and
regular expressions are left out. Holes of f-strings are {…} and line ends are ⏎.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
LISTS = ROOT / "tests" / "golden" / "sentences"

_HOLE = "{…}"
# two words, or a word and a hole
_SENTENCE = re.compile(r"(?:[A-Za-z`'’)]{2}|…\})[,;:.]? (?:[A-Za-z`'(‘“]|\{…)")
# what only a regular expression or a template has
_PATTERN = re.compile(r"\(\?[:=!<P]|\\[bdswWSD]|\[\^|\{%|[\w)]\|[\w(].*[\w)]\|[\w(]")


def packages(root: Path = ROOT) -> dict[str, Path]:
    """The folder of each package of ours, by the package's name; the template of a server is none."""
    folders = (path.parent for path in root.glob("**/src/ritsuko_*/__init__.py") if ".venv" not in path.parts)
    return {folder.name: folder for folder in sorted(folders) if "TEMPLATE" not in folder.parts}


def listing(package: Path) -> str:
    """The text of a package's list."""
    sections: list[str] = []
    for path in sorted(package.rglob("*.py")):
        if found := sorted(set(sentences(path.read_text()))):
            name = ".".join(path.relative_to(package.parent).with_suffix("").parts)
            sections.append("\n".join([f"# {name}", *found]))
    return "\n\n".join(sections) + "\n"


def sentences(source: str) -> Iterator[str]:
    """The sentences of one module, in no particular order."""
    tree = ast.parse(source)
    left_out = {*_docstrings(tree), *_types(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            left_out |= {id(part) for part in ast.walk(node) if part is not node and isinstance(part, ast.Constant)}
    for node in ast.walk(tree):
        if id(node) not in left_out and (text := _text(node)) and _SENTENCE.search(text) and not _PATTERN.search(text):
            yield text.replace("\n", "⏎")


def _text(node: ast.AST) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part) or _HOLE for part in parts)
        case _:
            return None


def _docstrings(tree: ast.Module) -> Iterator[int]:
    """The ids of the nodes that are docstrings, of attributes too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)


def _types(tree: ast.Module) -> Iterator[int]:
    """The ids of the nodes that are types written as text, for `cast`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "cast":
            yield id(node.args[0])


def main() -> int:
    LISTS.mkdir(exist_ok=True)
    lists = {LISTS / f"{name}.txt": listing(folder) for name, folder in packages().items()}
    for stale in set(LISTS.glob("*.txt")) - lists.keys():
        stale.unlink()
    for path, text in lists.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
