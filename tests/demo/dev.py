"""`make dev`: the bot and the three servers as plain processes, as docker-compose.yml runs them.

Without ZULIP_SITE in the environment the Zulip emulator is the place to talk in. Ends with Ctrl-C, and all with it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.zulip import ZulipEmulator

SERVERS = {"kubernetes": 8081, "prometheus": 8082, "logs": 8083}
PROMETHEUS_URL = "http://localhost:9090"


def main() -> int:
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ritsuko-dev-")))
        environment = {**os.environ, "PROMETHEUS_URL": os.environ.get("PROMETHEUS_URL", PROMETHEUS_URL)}
        if "ZULIP_SITE" not in environment:
            zulip = stack.enter_context(ZulipEmulator(port=9991))
            environment |= zulip.credentials()
            print(f"The chat page: {zulip.url}/   (write @**Ritsuko** mcp list in #ops)", flush=True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        processes = [stack.enter_context(_running(*_server(name, folder, environment))) for name in SERVERS]
        processes.append(stack.enter_context(_running(*_bot(folder, environment))))
        print("Ctrl-C ends it.", flush=True)
        return _wait_for_the_first(processes)


def _server(name: str, folder: Path, environment: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    token = secrets.token_urlsafe(32)
    (folder / name).touch(mode=0o600)
    (folder / name).write_text(token)
    settings = {"MCP_HOST": "127.0.0.1", "MCP_PORT": str(SERVERS[name]), "MCP_AUTH_TOKEN": token}
    return [sys.executable, "-m", f"ritsuko_mcp_{name}"], environment | settings


def _bot(folder: Path, environment: dict[str, str]) -> tuple[list[str], dict[str, str]]:
    settings: dict[str, str] = {}
    for name, port in SERVERS.items():
        settings[f"MCP_{name.upper()}_URL"] = f"http://localhost:{port}/mcp"
        settings[f"MCP_{name.upper()}_TOKEN_FILE"] = str(folder / name)
    return [sys.executable, "-m", "ritsuko_bot"], environment | settings


@contextlib.contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, env=environment, start_new_session=True) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for_the_first(processes: list[subprocess.Popen[bytes]]) -> int:
    """Wait until any of them ends, which none should."""
    try:
        pid, status = os.wait()
    except KeyboardInterrupt:
        return 0
    ended = next(process for process in processes if process.pid == pid)
    ended.returncode = os.waitstatus_to_exitcode(status)
    print(f"{' '.join(map(str, ended.args))} ended with {ended.returncode}", file=sys.stderr)  # type: ignore[arg-type]
    return 1
