"""The tables of reasons in docs/status.md, generated from `reasons.py`.

`python -m ritsuko_api.status_reference docs/status.md [--check]` writes them between their markers, or fails if they
differ.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from ritsuko_api.conditions import BotCondition, SidecarCondition, Status
from ritsuko_api.reasons import BOT_REASONS, EVENT_REASONS, SIDECAR_REASONS, ByStatus, Reason

Kind = TypeVar("Kind", BotCondition, SidecarCondition)

_STATUSES: tuple[Status, ...] = ("True", "False", "Unknown")


def tables() -> dict[str, str]:
    """Each generated table, by the name in its marker."""
    return {
        "conditions of RitsukoBot": _conditions(BOT_REASONS),
        "reasons of RitsukoBot": _meanings(_used(BOT_REASONS)),
        "conditions of McpSidecar": _conditions(SIDECAR_REASONS),
        "reasons of McpSidecar": _meanings(_used(SIDECAR_REASONS)),
        "reasons of Events": _meanings(EVENT_REASONS),
    }


def rewritten(page: str) -> str:
    """The page with its tables generated again. Raises `ValueError` if a marker is missing."""
    for name, table in tables().items():
        start, end = f"<!-- generated: {name} -->\n", "<!-- end -->"
        before, found, rest = page.partition(start)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"the page has no marker {start.strip()} followed by {end}")
        page = f"{before}{start}\n{table}\n{end}{after}"
    return page


def _conditions(reasons: Mapping[Kind, ByStatus]) -> str:
    shown: list[Status] = [status for status in _STATUSES if any(status in by_status for by_status in reasons.values())]
    rows: list[tuple[str, ...]] = [
        (kind, *(", ".join(f"`{reason}`" for reason in by_status.get(status, ())) for status in shown))
        for kind, by_status in reasons.items()
    ]
    return _table(("condition", *shown), rows)


def _meanings(reasons: Iterable[Reason]) -> str:
    return _table(("reason", "meaning"), ((f"`{reason}`", reason.meaning) for reason in reasons))


def _used(reasons: Mapping[Kind, ByStatus]) -> Iterator[Reason]:
    used = {reason for by_status in reasons.values() for group in by_status.values() for reason in group}
    return (reason for reason in Reason if reason in used)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n".replace("|  |", "| |") for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing, and fail if the page would change")
    arguments = parser.parse_args()
    page = arguments.page.read_text()
    wanted = rewritten(page)
    if not arguments.check:
        arguments.page.write_text(wanted)
    elif page != wanted:
        sys.exit(f"{arguments.page} does not match ritsuko_api/reasons.py: run `make crds`")


if __name__ == "__main__":
    main()
