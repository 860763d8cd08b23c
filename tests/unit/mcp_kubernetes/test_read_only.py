"""Nothing in the server's code can write to a cluster."""

import ast
import inspect
from pathlib import Path

import ritsuko_mcp_common.cluster_connection
import ritsuko_mcp_common.kubeconfig
import ritsuko_mcp_common.kubernetes
import ritsuko_mcp_kubernetes
from ritsuko_mcp_kubernetes.api.client import KubernetesClient

SOURCES = [
    Path(inspect.getfile(ritsuko_mcp_common.kubernetes)),
    Path(inspect.getfile(ritsuko_mcp_common.cluster_connection)),
    Path(inspect.getfile(ritsuko_mcp_common.kubeconfig)),
    *sorted(Path(inspect.getfile(ritsuko_mcp_kubernetes)).parent.rglob("*.py")),
]
WRITING = {"POST", "PUT", "PATCH", "DELETE"}


def _nodes():
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            yield source.name, node


def test_the_one_writing_verb_in_the_code_asks_whether_something_is_allowed() -> None:
    """A SelfSubjectAccessReview is posted and stored nowhere; `test_rights.py` sees what really is sent."""
    assert len(SOURCES) > 5
    found = [
        (name, node.value)
        for name, node in _nodes()
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in WRITING
    ]
    assert found == [("client.py", "POST")]
    assert 'verb, path = ("GET", path) if question is None else ("POST", _REVIEWS)' in inspect.getsource(
        KubernetesClient
    )


def test_requests_are_sent_from_one_place() -> None:
    """The client asks its connection, and each of the two sorts of connections its HTTP library."""
    sending = [
        name
        for name, node in _nodes()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("send", "request")
    ]
    assert sorted(sending) == ["client.py", "cluster_connection.py", "kubeconfig.py"]


def test_no_typed_api_class_that_could_write_is_imported() -> None:
    imported = {
        alias.name
        for _, node in _nodes()
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kubernetes")
        for alias in node.names
    }
    assert imported == {"ApiClient", "Configuration", "config"}


def test_the_client_offers_reading_only() -> None:
    public = {name for name, _ in inspect.getmembers(KubernetesClient) if not name.startswith("_")}
    assert public == {"get", "text", "review", "check", "aclose", "name", "namespace", "who"}
