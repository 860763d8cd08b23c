"""Nothing in the server's code can write to a cluster."""

import ast
import inspect
from pathlib import Path

import ritsuko_mcp_kubernetes
from ritsuko_mcp_kubernetes.apiserver import Apiserver

SOURCES = sorted(Path(inspect.getfile(ritsuko_mcp_kubernetes)).parent.glob("*.py"))
WRITING = {"POST", "PUT", "PATCH", "DELETE"}


def _nodes():
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            yield source.name, node


def test_no_writing_verb_stands_anywhere_in_the_code() -> None:
    assert len(SOURCES) > 5
    found = [
        (name, node.value)
        for name, node in _nodes()
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.upper() in WRITING
    ]
    assert found == []


def test_the_one_place_that_sends_requests_sends_get() -> None:
    sent = [
        (name, node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None)
        for name, node in _nodes()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "param_serialize"
    ]
    assert sent == [("apiserver.py", "GET")]


def test_no_typed_api_class_that_could_write_is_imported() -> None:
    imported = {
        alias.name
        for _, node in _nodes()
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kubernetes")
        for alias in node.names
    }
    assert imported == {"ApiClient", "Configuration", "config", "incluster_config"}


def test_the_face_of_the_apiserver_offers_reading_only() -> None:
    public = {name for name, _ in inspect.getmembers(Apiserver) if not name.startswith("_")}
    assert public == {"get", "text", "check", "aclose", "name", "namespace"}
