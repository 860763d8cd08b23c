"""mcp.json: what a person or another client wrote is read whole, or refused whole with every reason."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_api.config import (
    ConfigError,
    HttpServer,
    McpConfig,
    StdioServer,
    ToolsPolicy,
    dump,
    from_environment,
    parse,
    with_revision,
)

FULL = McpConfig(
    mcpEnabled=True,
    channels=["ops"],
    mcpServers={
        "kubernetes": HttpServer(
            url="http://localhost:8081/mcp",
            tokenFile="/etc/ritsuko/tokens/kubernetes",
            tools=ToolsPolicy(allow=["get"], deny=["describe"], timeout_seconds=5, max_concurrent_calls=2),
        ),
        "time": StdioServer(command="mcp-server-time", args=["--local-timezone", "UTC"]),
    },
)


def test_what_is_written_is_read_back() -> None:
    assert parse(dump(with_revision(FULL))) == with_revision(FULL)


def test_the_text_leaves_out_what_stands_at_its_default() -> None:
    text = json.loads(dump(McpConfig(mcpServers={"logs": HttpServer(url="http://localhost:8083/mcp")})))
    assert text == {"mcpEnabled": True, "mcpServers": {"logs": {"type": "http", "url": "http://localhost:8083/mcp"}}}


def test_another_clients_file_is_read_and_its_own_fields_are_passed_over() -> None:
    config = parse(
        '{"mcpServers": {"github": {"type": "http", "url": "https://example.com/mcp", "headers": {"X-Team": "ops"},'
        ' "disabled": false}, "time": {"command": "uvx", "args": ["mcp-server-time"]}}, "theme": "dark"}'
    )
    assert config.mcp_servers["github"] == HttpServer(url="https://example.com/mcp", headers={"X-Team": "ops"})
    assert config.mcp_servers["time"] == StdioServer(command="uvx", args=["mcp-server-time"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not valid JSON"),
        (dump(FULL)[: len(dump(FULL)) // 2], "not valid JSON"),
        ("[]", "expected an object"),
        ("{}", 'no "mcpServers" object'),
        ('{"mcpServers": []}', "mcpServers"),
        ('{"mcpServers": {"a": 1}}', "a: expected an object"),
        ('{"mcpServers": {"a": {}}}', "a: give it a `url` (HTTP) or a `command` (stdio)"),
        ('{"mcpServers": {"a": {"url": "ftp://x"}}}', "a: url"),
        ('{"mcpServers": {"a": {"url": 5}}}', "a: url"),
        ('{"mcpServers": {"a": {"type": "carrier pigeon", "url": "http://x/mcp"}}}', "a: type"),
        ('{"mcpServers": {"a b": {"url": "http://x/mcp"}}}', "a b"),
        ('{"mcpServers": {"A": {"url": "http://x/mcp"}, "a": {"url": "http://y/mcp"}}}', "differ only in case"),
        ('{"mcpServers": {"a": {"url": "http://x/mcp", "tools": {"timeout": 5}}}}', "tools.timeout"),
        ('{"mcpServers": {"a": {"url": "http://x/mcp", "tools": {"timeoutSeconds": 0}}}}', "tools.timeoutSeconds"),
        ('{"mcpEnabled": "maybe", "mcpServers": {}}', "mcpEnabled"),
        ('{"mcpServers": {"a": {"url": "http://x/mcp", "headers": {"A": "x\\u0000"}, "tools": 3}}}', "tools"),
    ],
)
def test_a_bad_file_is_refused_with_the_place_and_the_reason(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        parse(text)
    assert says in str(refusal.value)


def test_a_refusal_does_not_repeat_the_value() -> None:
    with pytest.raises(ConfigError) as refusal:
        parse('{"mcpServers": {"a": {"url": "hunter2"}}}')
    assert "hunter2" not in str(refusal.value)


@given(
    st.one_of(
        st.text(),
        st.binary(),
        st.recursive(
            st.none() | st.integers() | st.text(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(st.sampled_from(["mcpServers", "a", "url", "tools", "command", "type"]), inner)
            ),
        ).map(json.dumps),
    )
)
def test_whatever_comes_is_a_config_or_a_config_error(text: str | bytes) -> None:
    with contextlib.suppress(ConfigError):
        parse(text)


def test_the_revision_changes_with_the_content_and_only_with_it() -> None:
    first = with_revision(FULL)
    assert with_revision(first) == first
    other = FULL.model_copy(update={"channels": ["ops", "random"]})
    assert with_revision(other).revision != first.revision


def test_without_a_file_the_servers_come_from_the_environment() -> None:
    config = from_environment(
        {
            "MCP_KUBERNETES_URL": "http://localhost:8081/mcp",
            "MCP_MY_TEAM_URL": "http://localhost:9000/mcp",
            "MCP_MY_TEAM_TOKEN_FILE": "/run/token",
            "MCP_PORT": "1",
            "HOME": "/",
        }
    )
    assert config.mcp_servers == {
        "kubernetes": HttpServer(url="http://localhost:8081/mcp"),
        "my-team": HttpServer(url="http://localhost:9000/mcp", tokenFile="/run/token"),
    }


def test_a_bad_variable_is_named() -> None:
    with pytest.raises(ConfigError, match="MCP_LOGS_URL"):
        from_environment({"MCP_LOGS_URL": "localhost:8083"})
