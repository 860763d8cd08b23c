"""Markdown wraps at 120 columns.

    python -m tools.markdown          wrap the paragraphs and list items of every document
    python -m tools.markdown --check  fail if one of them has a longer line

Tables, headings, code blocks, HTML and generated documents stay as they are; code spans and links are not broken.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
WIDTH = 120

_SKIPPED = {".venv", ".tools", "node_modules", ".pytest_cache", "build", "dist"}
_FENCE = re.compile(r"\s*(```|~~~)")
_ITEM = re.compile(r"(?P<indent> *)(?P<marker>(?:[-*+]|\d+\.) +)")
_QUOTE = re.compile(r"> ?")
# a code span, a link or an image, with whatever is attached to it; or a word
_TOKEN = re.compile(r"(?:``.+?``|`[^`]+`|!?\[[^\]]*\]\([^)]*\)|\S)+")
_STAYS = ("|", "#", "<", "[//]", "---", "===")


def documents(root: Path = ROOT) -> list[Path]:
    """Every Markdown file of ours that people write."""
    paths = [path for path in sorted(root.rglob("*.md")) if not _SKIPPED & set(path.relative_to(root).parts)]
    return [path for path in paths if not path.read_text().startswith("<!-- Generated")]


def wrapped(text: str) -> str:
    """The same document with no line longer than WIDTH that can be shorter."""
    return "\n".join(_lines(text.splitlines())) + "\n"


def long_lines(text: str) -> list[int]:
    """The numbers of the lines that `wrapped` would break; the first line is 1."""
    found: list[int] = []
    fenced = False
    for number, line in enumerate(text.splitlines(), start=1):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and len(line) > WIDTH and list(_lines([line])) != [line]:
            found.append(number)
    return found


def _lines(lines: list[str]) -> Iterator[str]:
    block: list[str] = []
    fenced = False
    for line in lines:
        if _FENCE.match(line):
            fenced = not fenced
            yield from _block(block)
            block = []
            yield line
        elif fenced or not line.strip() or line.lstrip().startswith(_STAYS) or line.startswith("    "):
            if not fenced and block and line.startswith("    ") and line.strip():
                block.append(line)  # the continuation of an item that is indented further
                continue
            yield from _block(block)
            block = []
            yield line
        elif _ITEM.match(line) or (block and bool(_QUOTE.match(line)) != bool(_QUOTE.match(block[0]))):
            yield from _block(block)
            block = [line]
        else:
            block.append(line)
    yield from _block(block)


def _block(lines: list[str]) -> Iterator[str]:
    """One paragraph, item or quotation: as it is when its lines are short enough, else wrapped."""
    if all(len(line) <= WIDTH for line in lines):
        yield from lines
        return
    first, following = _prefixes(lines[0])
    words = _TOKEN.findall(" ".join(_bare(line, lines[0]) for line in lines))
    line, prefix = "", first
    for word in words:
        if line and len(prefix) + len(line) + 1 + len(word) > WIDTH:
            yield prefix + line
            line, prefix = word, following
        else:
            line = f"{line} {word}" if line else word
    yield prefix + line


def _prefixes(line: str) -> tuple[str, str]:
    if item := _ITEM.match(line):
        return item[0], " " * len(item[0])
    if quote := _QUOTE.match(line):
        return quote[0], quote[0]
    indent = line[: len(line) - len(line.lstrip())]
    return indent, indent


def _bare(line: str, first: str) -> str:
    """The text of a line without what marks its block."""
    if line is first and (item := _ITEM.match(line)):
        return line[item.end() :]
    if _QUOTE.match(first):
        return _QUOTE.sub("", line, count=1)
    return line.strip()


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    failed = False
    for path in documents():
        text = path.read_text()
        if not arguments:
            if (new := wrapped(text)) != text:
                path.write_text(new)
            continue
        for number in long_lines(text):
            print(f"{path.relative_to(ROOT)}:{number}: longer than {WIDTH} columns; run `make format`", file=sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
