"""`make new-server`: what it makes keeps the contract at once."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """As much of the repository as a new server needs."""
    for name in ("pyproject.toml", "Makefile"):
        shutil.copy(ROOT / name, tmp_path / name)
    skip = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "mcp-servers", tmp_path / "mcp-servers", ignore=skip)
    for folder in ("tests/unit/mcp_contract", "tests/unit/mcp_template"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=skip)
    for folder in ("tests", "tests/unit"):
        shutil.copy(ROOT / folder / "__init__.py", tmp_path / folder / "__init__.py")
    return tmp_path


def new_server(checkout: Path, *names: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(checkout / "mcp-servers" / "new_server.py"), *names]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_new_server_keeps_the_contract_and_the_workspace_knows_it(checkout: Path) -> None:
    made = new_server(checkout, "tickets")
    assert made.returncode == 0, made.stderr
    package, tests = checkout / "mcp-servers" / "tickets", checkout / "tests" / "unit" / "mcp_tickets"
    for path in (*package.rglob("*"), *tests.rglob("*")):
        assert "template" not in path.name.lower()
        if path.is_file():
            assert "template" not in path.read_text().lower(), path
    project = tomllib.loads((checkout / "pyproject.toml").read_text())
    assert '"mcp-servers/TEMPLATE",\n  "mcp-servers/tickets",\n]' in (checkout / "pyproject.toml").read_text()
    assert "mcp-servers/tickets" in project["tool"]["uv"]["workspace"]["members"]
    assert "ritsuko_mcp_tickets" in project["tool"]["importlinter"]["root_packages"]
    assert "mcp-servers/tickets/src" in project["tool"]["pyright"]["include"]
    assert "SERVERS := kubernetes prometheus logs tickets\n" in (checkout / "Makefile").read_text()
    result = _contract(checkout, "tickets")
    assert result.returncode == 0, result.stdout[-3000:]
    assert " passed" in result.stdout


def _contract(checkout: Path, name: str) -> subprocess.CompletedProcess[str]:
    """The tests of that server, the contract's and its own; it is not installed but found by its path."""
    source = checkout / "mcp-servers" / name / "src"
    metadata = source / f"ritsuko_mcp_{name}-0.1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: ritsuko-mcp-{name}\nVersion: 0.1.0\n")
    tests = ["tests/unit/mcp_contract/test_every_server.py", f"tests/unit/mcp_{name}"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, "-k", name]
    environment = {**os.environ, "PYTHONPATH": str(source)}
    return subprocess.run(
        command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=200, check=False
    )


@pytest.mark.parametrize("name", ["", "Tickets", "a", "list", "common", "my-server", "../evil", "template"])
def test_a_name_that_cannot_be_is_refused_and_nothing_is_made(checkout: Path, name: str) -> None:
    before = sorted(path.name for path in (checkout / "mcp-servers").iterdir())
    refused = new_server(checkout, name)
    assert refused.returncode == 2
    assert "make new-server NAME=" in refused.stderr
    assert sorted(path.name for path in (checkout / "mcp-servers").iterdir()) == before


def test_a_server_that_is_there_is_not_touched(checkout: Path) -> None:
    refused = new_server(checkout, "logs")
    assert refused.returncode == 1
    assert "already exists" in refused.stderr
