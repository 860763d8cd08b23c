"""The bot as people start it: a process with variables, an HTTP port, signals and a log."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.zulip import ZulipEmulator

TOOLBOX = Path(__file__).parents[1] / "bot_mcp" / "servers" / "toolbox.py"


class Process:
    """A running bot; `log` is what it has logged so far."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text()

    def get(self, path: str) -> httpx2.Response:
        """Answers as soon as the process listens."""
        until = time.monotonic() + 20
        while True:
            if self._process.poll() is not None:
                raise RuntimeError(f"it ended with {self._process.returncode}: {self.log}")
            if found := re.search(r"serving on (http://[\d.]+:\d+)", self.log):
                return httpx2.get(found[1] + path, trust_env=False)
            if time.monotonic() > until:
                raise TimeoutError(self.log)
            time.sleep(0.05)

    def readiness(self, ready: bool, *, saying: str = "") -> dict[str, object]:
        """The answer of /readyz as soon as it is that."""
        until = time.monotonic() + 20
        while True:
            answer = self.get("/readyz")
            if (answer.status_code == 200) is ready and saying in answer.text:
                return answer.json()
            if time.monotonic() > until:
                raise TimeoutError(answer.text)
            time.sleep(0.05)

    def end(self, how: signal.Signals) -> int:
        """The exit code. The kubelet waits for 30 seconds."""
        self._process.send_signal(how)
        return self._process.wait(25)


@contextmanager
def bot(tmp_path: Path, **environment: str) -> Iterator[Process]:
    log = tmp_path / "log"
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-m", "ritsuko_bot"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env={**kept, "RITSUKO_HTTP_PORT": "0", **environment}, stderr=output, stdout=output
        )
    try:
        yield Process(process, log)
    finally:
        process.kill()
        process.wait()


def with_toolbox(path: Path) -> Path:
    config = {"revision": "r1", "mcpServers": {"toolbox": toolbox()}}
    path.write_text(json.dumps(config))
    return path


def toolbox() -> dict[str, object]:
    return {"command": sys.executable, "args": [str(TOOLBOX), "--mode", "stdio"]}


def test_it_answers_with_what_a_real_server_says_and_tells_of_itself_over_http(zulip: ZulipEmulator, tmp_path: Path):
    config = with_toolbox(tmp_path / "mcp.json")
    with bot(tmp_path, **zulip.credentials(), RITSUKO_CONFIG=str(config), POD_NAME="pod-1") as process:
        process.readiness(True)
        zulip.send("hamlet", "@**Ritsuko** mcp toolbox echo hello", to="ops")
        zulip.wait_for_message(lambda m: m.sender_id == 14 and "hello" in m.content, 15)
        assert process.get("/healthz").json() == {"healthy": True}
        status = process.get("/status").json()
        assert (status["pod"], status["configRevision"], status["zulip"]["connected"]) == ("pod-1", "r1", True)
        assert [(server["name"], server["state"]) for server in status["servers"]] == [("toolbox", "Ready")]
        metrics = process.get("/metrics").text
        assert 'ritsuko_bot_calls_total{outcome="ok",server="toolbox",tool="echo"} 1.0' in metrics
        assert 'ritsuko_bot_messages_total{outcome="answered"} 1.0' in metrics
        assert 'ritsuko_bot_config_info{revision="r1"} 1.0' in metrics
        assert "ritsuko_bot_zulip_connected 1.0" in metrics
        assert re.search(r"^ritsuko_bot_tasks [1-9]", metrics, re.MULTILINE)
        assert re.search(r"^process_resident_memory_bytes [1-9]", metrics, re.MULTILINE)
        lines = [json.loads(line) for line in process.log.splitlines()]
    audit = next(line["audit"] for line in lines if "audit" in line)
    assert (audit["user_email"], audit["where"], audit["tool"]) == ("hamlet@zulip.com", "#ops > chat", "echo")
    assert zulip.api_key("ritsuko") not in (tmp_path / "log").read_text()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_soon_and_well(zulip: ZulipEmulator, tmp_path: Path, how: signal.Signals):
    with bot(tmp_path, **zulip.credentials()) as process:
        process.readiness(True)
        assert process.end(how) == 0, process.log


def test_wrong_credentials_leave_it_up_and_not_ready_with_what_to_check(zulip: ZulipEmulator, tmp_path: Path):
    with bot(tmp_path, **{**zulip.credentials(), "ZULIP_API_KEY": "x" * 32}) as process:
        process.readiness(False, saying="check ZULIP_EMAIL and ZULIP_API_KEY")
        assert process.get("/healthz").status_code == 200
        assert "check ZULIP_EMAIL and ZULIP_API_KEY" in process.log


def test_an_unreachable_zulip_leaves_it_up_and_not_ready_until_it_comes(zulip: ZulipEmulator, tmp_path: Path):
    zulip.set_outages("django", "tornado")
    with bot(tmp_path, **zulip.credentials()) as process:
        process.readiness(False, saying="does not answer like a Zulip server")
        zulip.set_outages()
        process.readiness(True)


def test_a_config_that_cannot_be_used_leaves_it_not_ready_and_is_named(zulip: ZulipEmulator, tmp_path: Path):
    config = tmp_path / "mcp.json"
    config.write_text('{"mcpServers": {"x": {"url": "http://localhost:1/mcp"}')
    with bot(tmp_path, **zulip.credentials(), RITSUKO_CONFIG=str(config)) as process:
        process.readiness(False, saying="not valid JSON")
        config.write_text('{"mcpServers": {}}')
        process.readiness(True)


def test_a_port_that_is_taken_is_said_in_one_line(zulip: ZulipEmulator, tmp_path: Path):
    with bot(tmp_path, **zulip.credentials()) as first:
        port = re.search(r"serving on http://[\d.]+:(\d+)", first.get("/healthz") and first.log)
        assert port is not None
        done = subprocess.run(
            [sys.executable, "-m", "ritsuko_bot"],
            env={**os.environ, **zulip.credentials(), "RITSUKO_HTTP_PORT": port[1]},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("RITSUKO_HTTP_PORT cannot be used: 127.0.0.1:")


def test_an_old_command_that_changes_something_is_asked_about_one_that_reads_is_answered(
    zulip: ZulipEmulator, tmp_path: Path
):
    config = tmp_path / "mcp.json"
    config.write_text(json.dumps({"mcpServers": {"toolbox": {**toolbox(), "tools": {"allow": ["write", "echo"]}}}}))
    environment = {**zulip.credentials(), "RITSUKO_CONFIG": str(config)}
    with bot(tmp_path, **environment) as process:
        process.readiness(True)
        zulip.send("hamlet", "@**Ritsuko** mcp toolbox write new", to="ops", topic="new")
        zulip.wait_for_message(lambda m: m.sender_id == 14 and m.topic == "new" and "written" in m.content)
        process.end(signal.SIGTERM)
    for command in ("write old", "echo hello"):
        zulip.send("hamlet", f"@**Ritsuko** mcp toolbox {command}", to="ops", topic="old")
    for message in zulip.messages(topic="old"):
        zulip.call(lambda message=message: setattr(message, "timestamp", message.timestamp - 3600))
    with bot(tmp_path, **environment):
        zulip.wait_for_message(lambda m: m.sender_id == 14 and m.topic == "old" and "hello" in m.content, 20)
        zulip.wait_for_message(lambda m: m.sender_id == 14 and m.topic == "old" and "I did not run it" in m.content)
