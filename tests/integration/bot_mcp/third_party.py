"""Servers that nobody here wrote, installed once into the cache, outside of the checkout."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path

EVERYTHING = "@modelcontextprotocol/server-everything"
EVERYTHING_VERSION = "2026.8.31"
TIME = "mcp-server-time"
TIME_VERSION = "2026.10.19"


def cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ritsuko"


async def everything() -> list[str]:
    """The command of the reference server that shows all of MCP; takes `stdio` or `streamableHttp`."""
    folder = cache() / "npm" / f"server-everything-{EVERYTHING_VERSION}"
    program = folder / "node_modules" / EVERYTHING / "dist" / "index.js"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        await _run("npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder),
                   f"{EVERYTHING}@{EVERYTHING_VERSION}")  # fmt: skip
    return ["node", str(program)]


async def time_server() -> list[str]:
    """The command of a server that tells the time over stdio, in an environment of its own."""
    folder = cache() / "python" / f"{TIME}-{TIME_VERSION}"
    program = folder / "bin" / TIME
    if not program.exists():
        await _run(_uv(), "venv", "--quiet", "--python", sys.executable, "--clear", str(folder))
        await _run(_uv(), "pip", "install", "--quiet", "--python", str(folder / "bin" / "python"),
                   f"{TIME}=={TIME_VERSION}")  # fmt: skip
    return [str(program)]


def _uv() -> str:
    own = Path(__file__).parents[3] / ".tools" / "bin" / "uv"
    return str(own) if own.exists() else shutil.which("uv") or "uv"


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await asyncio.wait_for(process.communicate(), 280)
    assert process.returncode == 0, output.decode(errors="replace")
