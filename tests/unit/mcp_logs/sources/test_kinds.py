"""A store is added as a package of its own and one line: here one that keeps its lines in a file."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from pydantic import BaseModel, Field

from ritsuko_mcp_common.errors import ConfigurationError
from ritsuko_mcp_common.settings import from_environment, load
from ritsuko_mcp_logs.lines.line import Batch, Origin
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.server import build
from ritsuko_mcp_logs.settings import LogsSettings, logs_settings
from ritsuko_mcp_logs.sources.coverage import Coverage
from ritsuko_mcp_logs.sources.kind import Environment, SourceKind
from ritsuko_mcp_logs.sources.kinds import KINDS
from tests.mcp_serving import serving


class FileSettings(BaseModel):
    file_path: Path | None = Field(default=None, description="file with one line a row; unset: not used")
    file_pod: str = Field(default="app", min_length=1, description="pod that the lines are of")


@dataclass(frozen=True, slots=True)
class File:
    path: Path
    pod: str
    name: str = "file"
    index: None = None

    async def read(self, query: Query, coverage: Coverage) -> AsyncGenerator[Batch]:
        coverage.namespace, coverage.origin = "*", f"file {self.path.name}"
        batch = Batch(Origin(pod=self.pod), self.path.read_bytes())
        coverage.origins.add(batch.origin)
        coverage.lines += batch.count
        yield batch

    async def oldest(self) -> float | None:
        return None

    async def check(self) -> str:
        return f"file of {self.pod}"

    async def aclose(self) -> None: ...


def _open(settings: FileSettings, environment: Environment) -> File | None:
    return File(settings.file_path, settings.file_pod) if settings.file_path else None


FILE = SourceKind(settings=FileSettings, open=_open)
WITH_FILE = (*KINDS, FILE)


@asynccontextmanager
async def asking(tmp_path: Path) -> AsyncIterator[Client]:
    path = tmp_path / "log"
    path.write_bytes(b"2026-01-31T14:00:00Z payment refused\n2026-01-31T14:00:01Z payment accepted\n")
    settings = logs_settings(WITH_FILE).model_validate({"file_path": path, "file_pod": "web-1"})
    async with serving(build(settings, WITH_FILE)) as address, Client(f"{address}/mcp") as client:
        yield client


async def _rows(client: Client, tool: str, **arguments: Any) -> list[dict[str, Any]]:
    result = await client.call_tool(tool, arguments)
    assert result.structured_content is not None
    return result.structured_content["data"]


async def test_it_is_a_source_with_its_settings_and_the_default_before_pod_logs(tmp_path: Path) -> None:
    async with asking(tmp_path) as client:
        rows = await _rows(client, "sources")
        search = next(tool for tool in (await client.list_tools()).tools if tool.name == "search")
    assert [row["source"] for row in rows] == ["file", "pods"]
    assert rows[0]["detail"] == "file of web-1"
    assert search.input_schema["properties"]["source"] == {
        "type": "string",
        "enum": ["file", "pods"],
        "default": "file",
    }


async def test_tools_read_it(tmp_path: Path) -> None:
    async with asking(tmp_path) as client:
        rows = await _rows(client, "search", text="refused", since="2026-01-01T00:00:00Z")
    assert [(row["pod"], row["text"]) for row in rows] == [("web-1", "payment refused")]


def test_help_lists_its_variables_in_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        load(logs_settings(WITH_FILE), program="x", description="", arguments=["--help"])
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert names.index("OPENSEARCH_CA_FILE") < names.index("FILE_PATH") < names.index("PROMETHEUS_URL")


def test_its_own_rules_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILE_POD", "")
    with pytest.raises(ConfigurationError, match="FILE_POD"):
        from_environment(logs_settings(WITH_FILE))


def test_settings_without_a_kind_cannot_open_it() -> None:
    with pytest.raises(TypeError, match="FileSettings"):
        build(LogsSettings(), (FILE,))
