"""Short commands whose output matters only when they fail."""

import subprocess
from collections.abc import Mapping

from tools.errors import BuildError


def run(*command: str, timeout: float = 600, env: Mapping[str, str] | None = None, cwd: str | None = None) -> str:
    """Run a command to its end and return its standard output.

    Raises:
        BuildError: it failed; with the end of what it said.
    """
    result = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=timeout,
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if result.returncode:
        said = (result.stderr.strip() or result.stdout.strip())[-3000:]
        raise BuildError(f"{' '.join(command)[:300]} failed with {result.returncode}:\n{said}")
    return result.stdout
