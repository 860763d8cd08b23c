"""The prose of a Python file as Markdown: its docstrings and comments, each line where it is in the source."""

import ast
import io
import re
import tokenize
from typing import cast

_SECTION = re.compile(r"(?:Args|Raises|Returns|Yields|Attributes):$")
_ENTRY = re.compile(r"[\w*.`, ]+: ")
_DIRECTIVE = re.compile(r"#\s*(?:noqa|type:|pyright:|ruff:|fmt:|pragma:|!)")


def as_markdown(source: str) -> str:
    """A document with as many lines as `source`: docstrings and comments as paragraphs, blank lines for the rest."""
    lines = [""] * (source.count("\n") + 2)
    _put_comments(source, lines)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            _put_docstring(node, lines)
    return "\n".join(lines)


def _put_comments(source: str, lines: list[str]) -> None:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not _DIRECTIVE.match(token.string):
            text = token.string.lstrip("#: ")
            # one behind code is on its own
            lines[token.start[0] - 1] = f"- {text}" if token.line[: token.start[1]].strip() else text


def _put_docstring(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> None:
    if ast.get_docstring(node, clean=False) is None:
        return
    statement = cast("ast.Expr", node.body[0])
    text = cast("str", cast("ast.Constant", statement.value).value)
    indent = " " * statement.col_offset
    in_section = False
    for number, line in enumerate(text.splitlines(), start=statement.lineno - 1):
        line = line.removeprefix(indent).rstrip()
        if line and not line.startswith(" "):
            in_section = bool(_SECTION.match(line))
        lines[number] = _entry(line) if in_section and line.startswith(" ") else line


def _entry(line: str) -> str:
    """A line of a section such as Args: an entry becomes an item of a list, and what follows belongs to it."""
    text = line.strip()
    return f"- {text}" if _ENTRY.match(text) else f"  {text}".rstrip()
