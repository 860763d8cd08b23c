"""python -m tools.vale FILE...: check the language of documents and docstrings with vale, in the style of .vale/.

Vale reads Markdown; of Python sources it gets the docstrings and comments. It is built once into the cache; where
it cannot be built the check is left out, and says so.
"""

import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools import cache, gobuild, packages
from tools.commands import run
from tools.docstrings import as_markdown
from tools.errors import BuildError

ROOT = Path(__file__).parents[1]

_MODULE = ROOT / "tools" / "golang" / "vale"
_PACKAGE = "github.com/vale-cli/vale/v3/cmd/vale"
_VERSION = "3.22.0"  # as in go.mod
# it parses sources with tree-sitter, which is C
_COMPILER = {"cc": "gcc", "/usr/include/stdlib.h": "libc6-dev"}


def program() -> str:
    """The path of a vale: the one in the cache, or one built from its Go module.

    Raises:
        BuildError: it cannot be built here.
    """
    target = cache.root() / "build" / f"vale-{_VERSION}" / "vale"
    return str(cache.install(target, _build))


def check(paths: Sequence[Path]) -> list[str]:
    """What the style complains about in files, and in the Markdown and Python files of folders; one line for each."""
    with tempfile.TemporaryDirectory(prefix="ritsuko-vale-") as folder:
        origins: dict[str, Path] = {}
        for number, path in enumerate(_files(paths)):
            text = path.read_text()
            (copy := Path(folder) / f"{number}.md").write_text(as_markdown(text) if path.suffix == ".py" else text)
            origins[str(copy)] = path
        command = [program(), f"--config={ROOT / '.vale.ini'}", "--output=line", "--no-global", "--no-exit", folder]
        output = run(*command)
    return sorted(_complaint(line, origins) for line in output.splitlines())


def _complaint(line: str, origins: Mapping[str, Path]) -> str:
    copy, rest = line.split(":", maxsplit=1)
    path = origins[copy]
    return f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{rest}"


def _files(paths: Sequence[Path]) -> list[Path]:
    found = [file for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("*")))]
    return [path for path in found if path.suffix in (".md", ".py")]


def _build(target: Path) -> None:
    if not shutil.which("cc"):
        packages.require(_COMPILER)
    gobuild.build(_MODULE, _PACKAGE, target, cgo=True)


def main(arguments: list[str]) -> int:
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        complaints = check([Path(argument).resolve() for argument in arguments])
    except BuildError as error:
        print(f"vale: not run on this machine: {error}", file=sys.stderr)
        return 0
    print("\n".join(complaints), end="\n" if complaints else "")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
