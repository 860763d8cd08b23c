"""kind's own program reads our configuration, as far as a machine without Docker lets it.

The engine is a script that notes what it was asked and refuses to run a container: kind validates the whole
configuration and gets as far as creating the node.
"""

import os
import subprocess
from pathlib import Path

import pytest

from tests.cluster import kind

pytestmark = pytest.mark.node

_INFO = '{"CgroupDriver": "cgroupfs", "CgroupVersion": "2", "MemoryLimit": true, "PidsLimit": true, "CPUShares": true}'
_ENGINE = f"""#!/bin/sh
echo "$@" >> "$(dirname "$0")/asked"
case "$1 $2" in
  "info --format") echo '{_INFO}' ;;
  "network ls") echo kind ;;
  run*) echo "no containers here" >&2; exit 125 ;;
esac
"""


def create(tmp_path: Path, config: Path) -> tuple[str, list[str]]:
    """What kind says when it creates a cluster of this configuration, and what it asked the engine for."""
    engine = tmp_path / "bin" / "docker"
    engine.parent.mkdir()
    engine.write_text(_ENGINE)
    engine.chmod(0o755)
    command = [kind.program(), "create", "cluster", "--name=ritsuko-check", f"--config={config}"]
    environment = {
        **os.environ,
        "PATH": f"{engine.parent}:{os.environ['PATH']}",
        "KIND_EXPERIMENTAL_PROVIDER": "docker",
    }
    result = subprocess.run(
        [*command, f"--kubeconfig={tmp_path}/kubeconfig"], env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode != 0
    asked = engine.parent / "asked"
    return result.stderr, asked.read_text().splitlines() if asked.exists() else []


def test_our_configuration_gets_as_far_as_running_the_node(tmp_path: Path):
    said, asked = create(tmp_path, kind.CONFIG)
    assert "no containers here" in said
    (run,) = [line for line in asked if line.startswith("run ")]
    assert "kindest/node:v1.34" in run
    assert "--publish=127.0.0.1:" in run


@pytest.mark.parametrize(
    ("ours", "broken", "complaint"),
    [
        ("role: control-plane", "role: control-plain", "control-plain"),
        ("networking:", "netwerking:", "netwerking"),
        ("apiServerAddress: 127.0.0.1", "apiServerPort: -7", "-7"),
    ],
)
def test_a_broken_configuration_is_refused_by_it(tmp_path: Path, ours: str, broken: str, complaint: str):
    config = tmp_path / "kind.yaml"
    config.write_text(kind.CONFIG.read_text().replace(ours, broken))
    said, asked = create(tmp_path, config)
    assert complaint in said
    assert not [line for line in asked if line.startswith("run ")]
