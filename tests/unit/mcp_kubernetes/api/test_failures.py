"""What the API server rejects is reported so that someone can act on it."""

import json

import pytest

from ritsuko_mcp_common import BackendUnreachable
from ritsuko_mcp_kubernetes.api.failures import Forbidden, NotFound, failure


def _status(message: str) -> bytes:
    return json.dumps({"kind": "Status", "message": message}).encode()


def test_a_missing_right_is_named_with_where_and_for_whom() -> None:
    refused = failure(
        403,
        _status(
            'deployments.apps is forbidden: User "system:serviceaccount:ops:bot" cannot list resource "deployments" '
            'in API group "apps" in the namespace "web"'
        ),
    )
    assert isinstance(refused, Forbidden)
    assert refused.message == "not allowed to list deployments in namespace web"
    assert "system:serviceaccount:ops:bot needs a Role in namespace web" in refused.hint
    assert 'apiGroups: ["apps"], resources: ["deployments"], verbs: ["list"]' in refused.hint
    assert "rbac.scope" in refused.hint


def test_a_missing_right_in_the_whole_cluster_suggests_one_namespace() -> None:
    refused = failure(
        403,
        _status('pods is forbidden: User "bob" cannot list resource "pods" in API group "" at the cluster scope'),
    )
    assert refused.message == "not allowed to list pods in the whole cluster"
    assert "ClusterRole" in refused.hint
    assert "a single namespace" in refused.hint


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_api_server_in_trouble_is_unreachable_not_a_mistake_of_the_caller(status: int) -> None:
    assert isinstance(failure(status, b"etcd is gone"), BackendUnreachable)


@pytest.mark.parametrize("body", [b"", b"<html>no</html>", b"[]", b"\xff\xfe", b'"x"'])
def test_any_body_makes_a_message(body: bytes) -> None:
    assert failure(400, body).message
    assert isinstance(failure(404, body), NotFound)
