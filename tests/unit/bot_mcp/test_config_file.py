from __future__ import annotations

from pathlib import Path

from ritsuko_bot.mcp.config_file import ConfigFile


def test_a_bad_file_is_refused_whole_and_the_last_good_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    path.write_text('{"revision": "r1", "mcpServers": {"a": {"url": "http://localhost:1/mcp"}}}')
    config_file = ConfigFile(path, {})
    assert config_file.load()
    assert not config_file.load()
    path.write_text('{"revision": "r2", "mcpServers": {"a": {"url": "http://localhost:1/mcp"}, "b": {"url": 5}}}')
    assert config_file.load()
    assert config_file.config.revision == "r1"
    assert f"{path}: " in (config_file.error or "")
    assert "b" in (config_file.error or "")
    path.write_text('{"revision": "r3", "mcpServers": {}}')
    assert config_file.load()
    assert (config_file.config.revision, config_file.error) == ("r3", None)


def test_the_same_good_file_after_a_bad_one_clears_the_error(tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    good = '{"mcpServers": {}}'
    path.write_text(good)
    config_file = ConfigFile(path, {})
    config_file.load()
    path.write_text("")
    config_file.load()
    assert config_file.error
    path.write_text(good)
    assert config_file.load()
    assert config_file.error is None


def test_without_a_file_the_environment_names_the_servers() -> None:
    config_file = ConfigFile(None, {"MCP_KUBERNETES_URL": "http://localhost:8081/mcp", "MCP_PORT": "1"})
    config_file.load()
    assert list(config_file.config.mcp_servers) == ["kubernetes"]
    broken = ConfigFile(None, {"MCP_KUBERNETES_URL": "localhost"})
    broken.load()
    assert "MCP_KUBERNETES_URL" in (broken.error or "")
