"""mcp.json: what a person or another client wrote is read whole, or refused whole with every reason."""

import contextlib
import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_api.access import Access, AccessRule, Approvers, Effect, Role
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
    access=Access(
        default_effect=Effect.REQUIRE_APPROVAL,
        rules=[
            AccessRule(
                users=["ops@example.com", "12"],
                roles=[Role.OWNER],
                groups=["on call"],
                channels=["ops"],
                servers=["kube*"],
                tools=["delete_*"],
                effect=Effect.REQUIRE_APPROVAL,
                approvers=Approvers(groups=["on call"]),
            ),
            AccessRule(effect=Effect.DENY),
        ],
    ),
    mcpServers={
        "kubernetes": HttpServer(
            url="http://localhost:8081/mcp",
            tokenFile="/etc/ritsuko/tokens/kubernetes",
            tools=ToolsPolicy(
                allow=["get"],
                deny=["describe"],
                aliases={"pods": "get pods"},
                require_approval=["delete_*"],
                timeout_seconds=5,
                cache_seconds=60,
                max_concurrent_calls=2,
                calls_per_minute=30,
            ),
        ),
        "github": HttpServer(
            url="https://example.com/mcp",
            headers={"X-Team": "ops"},
            headerFiles={"Authorization": "/etc/ritsuko/headers/github.authorization"},
        ),
        "old": HttpServer(type="sse", url="https://example.com/sse"),
        "time": StdioServer(command="mcp-server-time", args=["--local-timezone", "UTC"]),
    },
)


def _server(**fields: object) -> str:
    return json.dumps({"mcpServers": {"a": {"url": "http://x/mcp", **fields}}})


def _access(**fields: object) -> str:
    return json.dumps({"mcpServers": {}, "access": fields})


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
        ("[" * 100_000, "nested too deeply"),
        ('{"mcpServers": ' + "1" * 5000 + "}", "not valid JSON"),
        (b"\xff\xfe{", "not valid JSON"),
        ("[]", "expected an object"),
        ("{}", 'missing "mcpServers" object'),
        ('{"mcpServers": []}', "mcpServers"),
        ('{"mcpServers": {"a": 1}}', "a: expected an object"),
        ('{"mcpServers": {"a": {}}}', "a: set `url` (HTTP) or `command` (stdio)"),
        ('{"mcpServers": {"a": {"url": "ftp://x"}}}', "a: url"),
        ('{"mcpServers": {"a": {"url": 5}}}', "a: url"),
        ('{"mcpServers": {"a": {"type": "carrier pigeon", "url": "http://x/mcp"}}}', "a: type"),
        ('{"mcpServers": {"a b": {"url": "http://x/mcp"}}}', "a b"),
        ('{"mcpServers": {"A": {"url": "http://x/mcp"}, "a": {"url": "http://y/mcp"}}}', "differ only in case"),
        ('{"mcpServers": {"a": {"url": "http://x/mcp", "tools": {"timeout": 5}}}}', "tools.timeout"),
        ('{"mcpServers": {"a": {"url": "http://x/mcp", "tools": {"timeoutSeconds": 0}}}}', "tools.timeoutSeconds"),
        ('{"mcpEnabled": "maybe", "mcpServers": {}}', "mcpEnabled"),
        ('{"mcpServers": {"a": {"url": "http://x/mcp", "tools": 3}}}', "a: tools"),
        (_server(headers={"A": "x\0"}), "a: headers.A: String should match pattern"),
        (_server(headers={"A": "x\r\nX-Admin: yes"}), "a: headers.A"),
        (_server(headers={"A b": "x"}), "a: headers.A b"),
        (_server(headerFiles={"A:": "/run/x"}), "a: headerFiles.A:"),
        (_server(headerFiles={"A": ""}), "a: headerFiles.A"),
        (_server(headerFiles={"A": 5}), "a: headerFiles.A"),
        (_server(headerFiles="/run/x"), "a: headerFiles"),
        (_server(headers={"X-Key": "x"}, headerFiles={"x-key": "/run/x"}), "x-key is set in both headers and headerF"),
        (_server(headers={"authorization": "x"}, tokenFile="/run/t"), "Authorization is set in both headers and tok"),
        (_server(headers={"X-Key": "x", "x-key": "y"}), "differ only in case"),
        (_server(tokenFile=""), "a: tokenFile"),
        (_server(tools={"cacheSeconds": 3601}), "a: tools.cacheSeconds"),
        (_server(tools={"cacheSeconds": "a day"}), "a: tools.cacheSeconds"),
        (_server(tools={"callsPerMinute": 0}), "a: tools.callsPerMinute"),
        (_server(tools={"aliases": {"all pods": "get pods"}}), "a: tools.aliases.all pods"),
        (_server(tools={"aliases": {"help": "get pods"}}), "help, prompts, resources are commands of `mcp`"),
        (_server(tools={"aliases": {"pods": "get\npods"}}), "a: tools.aliases.pods"),
        (_server(tools={"aliases": {"pods": ["get", "pods"]}}), "a: tools.aliases.pods"),
        (_server(tools={"aliases": ["pods"]}), "a: tools.aliases"),
        (_server(tools={"requireApproval": "delete_*"}), "a: tools.requireApproval"),
        (_access(defaultEffect="Maybe"), "access.defaultEffect"),
        (_access(default="Deny"), "access.default"),
        (_access(rules={}), "access.rules"),
        (_access(rules=[{}]), "access.rules.0.effect: Field required"),
        (_access(rules=[{"effect": "allow"}]), "access.rules.0.effect"),
        (_access(rules=[{"effect": "Deny", "user": ["a@example.com"]}]), "access.rules.0.user"),
        (_access(rules=[{"effect": "Deny", "users": ["Iago"]}]), "access.rules.0.users.0"),
        (_access(rules=[{"effect": "Deny", "roles": ["owner"]}]), "access.rules.0.roles.0"),
        (_access(rules=[{"effect": "Deny", "approvers": {"users": ["1"]}}]), "require `effect: RequireApproval`"),
        (_access(rules=[{"effect": "Deny"}] * 101), "access.rules"),
    ],
)
def test_a_bad_file_is_refused_with_the_place_and_the_reason(text: str | bytes, says: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        parse(text)
    assert says in str(refusal.value)


@pytest.mark.parametrize(
    "text",
    [
        _server(url="hunter2"),
        _server(headers={"Authorization": "Bearer hunter2\n"}),
        _server(headers={"Authorization": "hunter2"}, tokenFile="/run/token"),
        _access(rules=[{"effect": "Deny", "users": ["hunter2"]}]),
    ],
)
def test_a_refusal_does_not_repeat_the_value(text: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        parse(text)
    assert "hunter2" not in str(refusal.value)


def test_the_text_fits_the_committed_schema() -> None:
    schema = yaml.safe_load((Path(__file__).parents[3] / "crds" / "mcp.schema.yaml").read_text())
    jsonschema.validate(json.loads(dump(with_revision(FULL))), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(_access(defaultEffect="Maybe")), schema)


FIELDS = ["mcpServers", "a", "url", "tools", "command", "type", "access", "rules", "aliases", "headerFiles"]


@given(
    st.one_of(
        st.text(),
        st.binary(),
        st.recursive(
            st.none() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(FIELDS), inner),
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
