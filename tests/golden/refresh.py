"""Renders the golden files anew: `python -m tests.golden.refresh`. Review the difference like code."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.golden.golden import FOLDER, cases
from tests.golden.schemas import FOLDER as SCHEMAS
from tests.golden.schemas import SNAPSHOTS


def main() -> None:
    refresh(FOLDER / "expected", {case.golden: case.rendered() for case in cases()})
    with tempfile.TemporaryDirectory() as folder:
        refresh(SCHEMAS, {snapshot.golden: snapshot.text(Path(folder)) for snapshot in SNAPSHOTS})


def refresh(folder: Path, desired: Mapping[Path, str]) -> None:
    """Writes the files that differ, and removes those that are nobody's any more."""
    for path in folder.iterdir():
        if path not in desired:
            print(f"removed    {path.name}")
            path.unlink()
    for path, text in desired.items():
        if not path.exists() or path.read_text() != text:
            print(f"refreshed  {path.name}")
            path.write_text(text)


if __name__ == "__main__":
    main()
