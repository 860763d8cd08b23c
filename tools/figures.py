"""The tables of figures in README.md and docs/figures.md, from what `make bench` measured.

    python -m tools.figures          write them
    python -m tools.figures --check  fail if a document shows other figures than bench/*.json

A table stands between `<!-- figures: NAME -->` and `<!-- /figures -->`. NAME is a file of bench/, for all of its
results that have a target, or `headlines`, for the results that HEADLINES names.
"""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "docs/figures.md")

_BLOCK = re.compile(r"<!-- figures: (?P<name>[\w.-]+) -->\n.*?<!-- /figures -->", re.DOTALL)

# what the README shows: by file of bench/, the name of a result and how it is called there
HEADLINES = {
    "bot.json": {
        "`mcp toolbox echo hello`, a trivial tool, message to reply: p50 of 100": (
            "message to reply, a trivial tool (p50)"
        ),
        "`mcp kubernetes get pods`, message to reply: p50 of 100": "message to reply, `get pods` (p50)",
        "2000 commands of 50 people at once, per command (60/s is 16.7 ms)": ("50 people at once, for each command"),
        "memory after 10000 commands more": "memory of the bot after 10,000 commands",
    },
    "operator.json": {
        "N=1, apply to all children: p50 of 7": "one bot, from `kubectl apply` to all of its objects (p50)",
        "N=300, memory of the operator": "memory of the operator with 300 bots",
        "N=300, writes while idle for 60 s": "writes of the operator in a minute without changes",
        "drift to repaired, idle: p95 of 40": "a deleted or edited child is repaired (p95)",
        "drift to repaired, 100 others change: p95 of 40": "the same while 100 other bots change (p95)",
    },
    "node.json": {
        "sidecar edited to acknowledged by the running bot: p95 of 20": (
            "an edited sidecar runs in the bot, on a real node (p95)"
        ),
    },
    "servers.json": {
        "kubernetes: get pods -A with 5000 pods: p50 of 7": "`get pods -A`, 5,000 pods (p50)",
        "kubectl get pods -A with 5000 pods: p50 of 7": "the same by `kubectl` (p50)",
        "logs: search for text in 500 MB": "`search` for a text in 500 MB of logs",
    },
}


@dataclass(frozen=True)
class Result:
    """One result of a bench. `value` is None where it could not be measured; `target` is the most that it should be."""

    name: str
    value: float | None
    unit: str
    target: float | None
    met: bool | None

    def row(self, label: str | None = None) -> str:
        met = {True: "yes", False: "**no**", None: ""}[self.met]
        target = "" if self.target is None else _amount(self.target, self.unit)
        return _row(label or self.name, _amount(self.value, self.unit), target, met)


def generated(text: str, bench: Path = ROOT / "bench") -> str:
    """The document with its tables as `bench` has them.

    Raises:
        ValueError: a table asks for a file or a result that is not there.
    """
    return _BLOCK.sub(lambda match: _block(match["name"], bench), text)


def _block(name: str, bench: Path) -> str:
    rows = _headlines(bench) if name == "headlines" else _promises(_results(bench / name))
    lines = [_row("", "measured", "at most", "reached"), "|---|---|---|---|", *rows]
    return "\n".join([f"<!-- figures: {name} -->", *lines, "<!-- /figures -->"])


def _headlines(bench: Path) -> Iterator[str]:
    for file, labels in HEADLINES.items():
        results = {result.name: result for result in _results(bench / file)}
        for name, label in labels.items():
            if name not in results:
                raise ValueError(f"bench/{file} has no result {name!r}; HEADLINES in tools/figures.py names it")
            yield results[name].row(label)


def _promises(results: Sequence[Result]) -> list[str]:
    return [result.row() for result in results if result.target is not None or result.value is None]


def _results(path: Path) -> list[Result]:
    if not path.is_file():
        raise ValueError(f"there is no {path.name} in bench/")
    found = json.loads(path.read_text())["results"]
    return [Result(one["name"], one["value"], one["unit"], one.get("target"), one.get("met")) for one in found]


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "not measured"
    if unit == "ms" and value >= 1000:
        value, unit = value / 1000, "s"
    places = 0 if value == int(value) or value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{places}f} {unit}".rstrip()


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    stale: list[str] = []
    for name in DOCUMENTS:
        text = (ROOT / name).read_text()
        try:
            new = generated(text)
        except ValueError as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 1
        if new != text:
            stale.append(name)
            if not arguments:
                (ROOT / name).write_text(new)
    if arguments and stale:
        print(f"{', '.join(stale)}: other figures than in bench/; run `make figures`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
