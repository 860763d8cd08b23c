"""What the end of a container's process says."""

from __future__ import annotations

import signal

from ritsuko_mcp_kubernetes.apiserver import Json

_OF_THE_SHELL = {126: "its command cannot be executed", 127: "its command was not found"}


def told(terminated: Json) -> str:
    """`exit code 2`, `exit code 127: its command was not found`, `killed by SIGKILL (exit code 137)`."""
    code = terminated.get("exitCode")
    if not isinstance(code, int):
        return "an unknown exit code"
    if code in _OF_THE_SHELL:
        return f"exit code {code}: {_OF_THE_SHELL[code]}"
    if 128 < code <= 128 + 64:
        try:
            return f"killed by {signal.Signals(code - 128).name} (exit code {code})"
        except ValueError:
            return f"exit code {code}"
    return f"exit code {code}"


def advice(terminated: Json) -> str:
    """What to try about a container that ends like this again and again."""
    match terminated.get("exitCode"):
        case 0:
            return "The process ends although nothing failed: its command must keep running, or this should be a Job."
        case 126 | 127:
            return "Check command and args against what is in the image."
        case 137:
            return "Something killed it: a liveness probe, the node, or the memory limit of a child process."
        case 139:
            return "It crashed in native code; the image may not fit the node's architecture."
        case _:
            return "Its last log lines say why."
