"""Configuration by environment, and what is said when it is wrong."""

import pytest

from ritsuko_mcp_common import ConfigurationError, ServerSettings
from ritsuko_mcp_common.settings import load


def _load(monkeypatch: pytest.MonkeyPatch, arguments: list[str] | None = None, **environment: str) -> ServerSettings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load(ServerSettings, program="ritsuko-mcp-test", description="A server.", arguments=arguments or [])


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _load(monkeypatch, MCP_PORT="9000", MCP_AUTH_TOKEN="s3cret", LOG_LEVEL="DEBUG", MCP_OUTPUT_BUDGET="4000")
    assert (settings.mcp_port, settings.log_level, settings.mcp_output_budget) == (9000, "DEBUG", 4000)
    assert settings.auth_token == "s3cret"
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"MCP_PORT": "http"}, "MCP_PORT: Input should be a valid integer"),
        ({"MCP_PORT": "70000"}, "MCP_PORT: Input should be less than"),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL: Input should be 'DEBUG'"),
        ({"MCP_AUTH_TOKEN": " "}, "MCP_AUTH_TOKEN is set but empty"),
        ({"MCP_REQUIRE_USER": "true"}, "MCP_REQUIRE_USER needs MCP_AUTH_TOKEN"),
    ],
)
def test_a_wrong_value_is_named_with_what_it_should_be(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], complaint: str
) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        _load(monkeypatch, **environment)


def test_help_lists_every_variable(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        _load(monkeypatch, ["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    for name in ServerSettings.model_fields:
        assert name.upper() in shown
