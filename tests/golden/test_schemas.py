"""The schemas of the tools are as they are kept: a difference is reviewed like a change of an API."""

from pathlib import Path

import pytest

from tests.golden.schemas import FOLDER, SNAPSHOTS, Snapshot


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """No backend that this machine happens to have."""
    for variable in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(variable, raising=False)


@pytest.mark.parametrize("snapshot", SNAPSHOTS, ids=lambda snapshot: snapshot.name)
def test_the_schemas_are_those_that_are_kept(snapshot: Snapshot, tmp_path: Path) -> None:
    assert snapshot.text(tmp_path) == snapshot.golden.read_text(), "`make golden` refreshes it; review the difference"


def test_every_file_is_somebodys() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {snapshot.golden.name for snapshot in SNAPSHOTS}
