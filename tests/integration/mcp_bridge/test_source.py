"""The bridge's source as Go's own tools want it."""

import os
import subprocess
from pathlib import Path

from tools import gobuild

SOURCE = Path(__file__).parents[3] / "mcp-servers" / "bridge"


def test_go_vet_has_nothing_to_say_and_gofmt_would_change_nothing() -> None:
    go = gobuild.toolchain()
    vet = subprocess.run(
        [go, "vet", "./..."],
        cwd=SOURCE,
        env={**os.environ, "GOFLAGS": "-mod=readonly"},
        capture_output=True,
        check=False,
    )
    assert vet.returncode == 0, vet.stderr.decode()
    formatted = subprocess.run([Path(go).with_name("gofmt"), "-l", "."], cwd=SOURCE, capture_output=True, check=True)
    assert formatted.stdout == b""
