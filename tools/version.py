"""The version of everything that is released from here: the file VERSION, and nowhere else.

    python -m tools.version          write it to the manifests and examples that have to spell it out
    python -m tools.version --check  fail if one of them has another, or if it stands somewhere else

Packages read it when they are built (hatchling), images copy it, the Makefile and the image builder tag with it. Only
what people apply as it is, without a build, has it as text: the tag of one of our images, or RITSUKO_VERSION's value.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]

# what ships or is copied from; tests have versions of their own
ROOMS = ("common", "crds", "operator", "bot", "mcp-servers", "manifests", "tools", "docs", "tests/demo")
FILES = ("Dockerfile.operator", "Dockerfile.bot", "Makefile", "docker-compose.yml", "README.md", "pyproject.toml")
_SUFFIXES = {"", ".py", ".md", ".yaml", ".yml", ".toml", ".go", ".j2", ".json"}
_SKIPPED = {"__pycache__", "go.sum", "go.mod"}
# generated from others: `make crds`
_GENERATED = {"manifests/install.yaml"}
# the tag of one of our images, or RITSUKO_VERSION's value on the line after its name
_SPELT_OUT = re.compile(
    r"(?P<before>/ritsuko-[a-z-]+:|name: RITSUKO_VERSION\n +value: )(?P<version>\d+\.\d+\.\d+[\w.+-]*)"
)


def current(root: Path = ROOT) -> str:
    """The version, such as 1.2.3."""
    return (root / "VERSION").read_text().strip()


def write(root: Path = ROOT) -> list[Path]:
    """Bring the places that spell it out up to date; the files that changed."""
    changed: list[Path] = []
    for path in _texts(root):
        text = path.read_text()
        if (new := _updated(text, current(root))) != text:
            path.write_text(new)
            changed.append(path)
    return changed


def complaints(root: Path = ROOT) -> list[str]:
    """Where another version is spelt out, or this one stands where it is not expected."""
    version = current(root)
    stray = re.compile(rf"(?<![\w.-]){re.escape(version)}(?![\w.])")
    found: list[str] = []
    for path in _texts(root):
        text = path.read_text()
        name = path.relative_to(root)
        if _updated(text, version) != text:
            found.append(f"{name}: not version {version}; run `make crds`")
        expected = {match.start("version") for match in _SPELT_OUT.finditer(text)}
        for match in stray.finditer(text):
            if match.start() not in expected:
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{name}:{line}: version {version} written down; read it from VERSION instead")
    return found


def _updated(text: str, version: str) -> str:
    return _SPELT_OUT.sub(lambda match: match["before"] + version, text)


def _texts(root: Path) -> Iterator[Path]:
    for name in FILES:
        yield root / name
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            if path.is_file() and path.suffix in _SUFFIXES and not _is_skipped(path.relative_to(root)):
                yield path


def _is_skipped(path: Path) -> bool:
    return str(path) in _GENERATED or bool(_SKIPPED & set(path.parts))


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        found = complaints()
        print("\n".join(found), file=sys.stderr, end="\n" if found else "")
        return 1 if found else 0
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    write()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
