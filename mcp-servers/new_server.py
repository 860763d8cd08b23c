"""`make new-server NAME=tickets`: a new server from TEMPLATE, known to the workspace."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEMPLATE = ROOT / "mcp-servers" / "TEMPLATE"
TESTS = ROOT / "tests" / "unit" / "mcp_template"
_NAME = re.compile(r"[a-z][a-z0-9]{1,20}")
_TAKEN = {"list", "help", "status", "next", "common", "bridge", "template"}
# Where pyproject.toml lists its servers: beside the template's entry comes the new one's.
_ENTRIES = ('"mcp-servers/TEMPLATE"', '"mcp-servers/TEMPLATE/src"', '"ritsuko_mcp_template"')


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not _NAME.fullmatch(arguments[0]) or arguments[0] in _TAKEN:
        usage = "usage: make new-server NAME=tickets (2 to 21 lower-case letters and digits, and not a command's name)"
        print(usage, file=sys.stderr)
        return 2
    name = arguments[0]
    target = ROOT / "mcp-servers" / name
    if target.exists():
        print(f"{target.relative_to(ROOT)} already exists", file=sys.stderr)
        return 1
    copy(name, TEMPLATE, target)
    copy(name, TESTS, ROOT / renamed(str(TESTS.relative_to(ROOT)), name))
    register(name)
    print(
        f"mcp-servers/{name} is a server, and tests/unit/mcp_{name} are its tests. Next:\n"
        "  make requirements venv\n"
        f"  .venv/bin/python -m pytest tests/unit/mcp_contract tests/unit/mcp_{name} -k {name}\n"
        "then its own settings, client and tools: mcp-servers/TEMPLATE/README.md"
    )
    return 0


def copy(name: str, origin: Path, target: Path) -> None:
    """The template's files with the new name in their text and in their paths."""
    for source in sorted(origin.rglob("*")):
        if not source.is_file() or source.name == "README.md" or "__pycache__" in source.parts:
            continue
        path = target / str(source.relative_to(origin)).replace("template", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(renamed(source.read_text(), name))
        shutil.copymode(source, path)


def renamed(text: str, name: str) -> str:
    return (
        text.replace("mcp-servers/TEMPLATE", f"mcp-servers/{name}")
        .replace("TEMPLATE", name.upper())
        .replace("Template", name.capitalize())
        .replace("template", name)
    )


def register(name: str) -> None:
    """Add the new server wherever the workspace lists its servers."""
    project = ROOT / "pyproject.toml"
    text = project.read_text()
    for entry in _ENTRIES:
        # on a line of its own where the template is, else beside it
        text = re.sub(rf"(?m)^( *){re.escape(entry)},$", rf"\g<0>\n\1{renamed(entry, name)},", text)
        text = re.sub(rf"{re.escape(entry)}(?=[,\]](?!\n\s*\"))", f"{entry}, {renamed(entry, name)}", text)
    project.write_text(text)
    makefile = ROOT / "Makefile"
    makefile.write_text(re.sub(r"^(SERVERS := .*)$", rf"\1 {name}", makefile.read_text(), flags=re.MULTILINE))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
