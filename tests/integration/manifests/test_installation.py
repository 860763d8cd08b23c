"""The manifests: what they install, and what they let the operator do and not do."""

from typing import Any

import pytest
import yaml

from manifests import install
from tests.cluster import Api, ApiError, ControlPlane
from tests.golden.golden import cases
from tests.integration.manifests.applying import apply, placed
from tests.integration.manifests.conftest import MANIFESTS

pytestmark = pytest.mark.controlplane

OPERATOR = "system:serviceaccount:ritsuko-system:ritsuko-operator"


def documents(text: str) -> dict[tuple[str, str], Any]:
    return {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(text)}


def allowed(plane: ControlPlane, user: str, verb: str, resource: str, *, namespace: str = "", name: str = "") -> bool:
    """Whether a user may, by the cluster's own authorizer. `resource` is written as `roles.group/subresource`."""
    resource, _, subresource = resource.partition("/")
    resource, _, group = resource.partition(".")
    attributes = {
        "verb": verb,
        "group": group,
        "resource": resource,
        "subresource": subresource,
        "namespace": namespace,
        "name": name,
    }
    review = plane.api.request(
        "POST",
        "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {
                "user": user,
                "groups": ["system:serviceaccounts", "system:authenticated"],
                "resourceAttributes": attributes,
            },
        },
    )
    return review["status"]["allowed"]


def test_one_file_installs_what_the_base_says(installed: ControlPlane) -> None:
    assert documents(install.text()) == documents(installed.kubectl("kustomize", f"{MANIFESTS}/base"))
    assert install.INSTALL.read_text() == install.text(), "run `make crds`"


def test_applying_it_again_changes_nothing(installed: ControlPlane) -> None:
    said = installed.kubectl("apply", "-f", f"{MANIFESTS}/install.yaml").splitlines()
    assert said
    assert [line for line in said if not line.endswith("unchanged")] == []


def test_it_can_be_applied_by_the_server_too(installed: ControlPlane) -> None:
    command = ("apply", "--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict")
    installed.kubectl(*command, "-f", f"{MANIFESTS}/install.yaml")


def test_the_operator_s_own_pod_is_admitted_as_restricted(installed: ControlPlane) -> None:
    template = installed.api.request("GET", "/apis/apps/v1/namespaces/ritsuko-system/deployments/ritsuko-operator")[
        "spec"
    ]["template"]
    pod = {"metadata": {"name": "pod"}, "spec": template["spec"]}
    installed.api.request("POST", "/api/v1/namespaces/ritsuko-system/pods?dryRun=All", pod)


@pytest.mark.parametrize(
    "path", sorted(MANIFESTS.joinpath("samples").rglob("*.yaml")), ids=lambda path: str(path.relative_to(MANIFESTS))
)
def test_every_sample_is_accepted(installed: ControlPlane, path: Any) -> None:
    installed.kubectl("create", "--dry-run=server", "--validate=strict", "-f", str(path))


CHILDREN = (
    "deployments.apps",
    "configmaps",
    "serviceaccounts",
    "roles.rbac.authorization.k8s.io",
    "rolebindings.rbac.authorization.k8s.io",
)
MAY = [
    *((verb, kind) for kind in CHILDREN for verb in ("get", "list", "watch", "create", "patch", "delete")),
    *((verb, kind) for kind in ("ritsukobots.ritsuko.dev", "mcpsidecars.ritsuko.dev") for verb in ("list", "watch")),
    ("patch", "ritsukobots.ritsuko.dev/status"),
    ("patch", "mcpsidecars.ritsuko.dev/status"),
    ("get", "secrets"),
    ("create", "secrets"),
    ("list", "pods"),
    ("watch", "pods"),
    ("patch", "pods"),
    ("create", "events.events.k8s.io"),
]
MAY_NOT = [
    ("list", "secrets"),
    ("watch", "secrets"),
    ("update", "ritsukobots.ritsuko.dev"),
    ("patch", "ritsukobots.ritsuko.dev"),
    ("delete", "ritsukobots.ritsuko.dev"),
    ("patch", "mcpsidecars.ritsuko.dev"),
    ("delete", "pods"),
    ("create", "pods"),
    ("create", "pods/exec"),
    ("get", "pods/log"),
    ("get", "nodes"),
    ("escalate", "roles.rbac.authorization.k8s.io"),
    ("bind", "roles.rbac.authorization.k8s.io"),
    ("create", "clusterroles.rbac.authorization.k8s.io"),
    ("impersonate", "serviceaccounts"),
]


@pytest.mark.parametrize(("verb", "resource"), MAY)
def test_the_operator_may_do_its_work_in_any_namespace(installed: ControlPlane, verb: str, resource: str) -> None:
    assert allowed(installed, OPERATOR, verb, resource, namespace="anywhere")


@pytest.mark.parametrize(("verb", "resource"), MAY_NOT)
def test_the_operator_may_do_no_more(installed: ControlPlane, verb: str, resource: str) -> None:
    assert not allowed(installed, OPERATOR, verb, resource, namespace="anywhere")


def test_it_may_bind_one_role_and_no_other(installed: ControlPlane) -> None:
    roles = "clusterroles.rbac.authorization.k8s.io"
    assert allowed(installed, OPERATOR, "bind", roles, name="ritsuko-reader")
    assert not allowed(installed, OPERATOR, "bind", roles, name="ritsuko-impersonator")
    assert not allowed(installed, OPERATOR, "bind", roles, name="cluster-admin")


def test_it_cannot_grant_what_it_has_not(operator: Api) -> None:
    greedy = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "greedy", "namespace": "default"},
        "rules": [{"apiGroups": [""], "resources": ["pods/exec"], "verbs": ["create"]}],
    }
    with pytest.raises(ApiError, match="attempting to grant RBAC permissions not currently held"):
        apply(operator, greedy)


@pytest.mark.parametrize("resource", ["secrets", "configmaps", "roles.rbac.authorization.k8s.io"])
def test_people_do_not_read_these_through_a_bot(installed: ControlPlane, operator: Api, resource: str) -> None:
    case = next(case for case in cases() if case.name == "cluster-scope")
    with placed(installed, case, f"reads-{resource.partition('.')[0]}") as here:
        for manifest in here.manifests:
            apply(operator, manifest)
        bot = f"system:serviceaccount:{here.namespace}:ritsuko"
        assert allowed(installed, bot, "list", "pods", namespace="anywhere")
        assert allowed(installed, bot, "get", "pods/log", namespace="anywhere")
        assert not allowed(installed, bot, "get", resource, namespace=here.namespace)
        assert not allowed(installed, bot, "delete", "pods", namespace=here.namespace)
        binding = here.of_kind("ClusterRoleBinding")["metadata"]["name"]
        operator.request("DELETE", f"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/{binding}")


def test_a_bot_may_report_on_itself_alone_and_hold_its_own_lease(installed: ControlPlane, operator: Api) -> None:
    case = next(case for case in cases() if case.name == "minimal")
    with placed(installed, case, "reports") as here:
        for manifest in here.manifests:
            apply(operator, manifest)

        def may(verb: str, resource: str, name: str) -> bool:
            user = f"system:serviceaccount:{here.namespace}:ritsuko"
            return allowed(installed, user, verb, resource, namespace=here.namespace, name=name)

        assert may("patch", "ritsukobots.ritsuko.dev/status", "ritsuko")
        assert not may("patch", "ritsukobots.ritsuko.dev/status", "another")
        assert not may("patch", "ritsukobots.ritsuko.dev", "ritsuko")
        assert may("update", "leases.coordination.k8s.io", "ritsuko")
        assert not may("update", "leases.coordination.k8s.io", "another")
        assert not may("get", "pods", "any")
        assert not may("get", "secrets", "ritsuko-mcp-tokens")
