"""The overlay that lets bots act as the person who asks: what it adds, and nothing else."""

import pytest

from tests.cluster import Api, ControlPlane
from tests.golden.golden import cases
from tests.integration.manifests.applying import apply, placed
from tests.integration.manifests.conftest import IMPERSONATION, MANIFESTS
from tests.integration.manifests.test_installation import OPERATOR, allowed, documents

pytestmark = pytest.mark.controlplane

OVERLAY = MANIFESTS / "overlays/impersonation"


def test_it_is_the_base_with_a_role_the_right_to_bind_it_and_its_name_for_the_operator(plane: ControlPlane) -> None:
    base, overlay = (documents(plane.kubectl("kustomize", str(folder))) for folder in (MANIFESTS / "base", OVERLAY))
    added = {
        key: value for name in IMPERSONATION for key, value in documents((OVERLAY / f"{name}.yaml").read_text()).items()
    }
    assert {key: overlay[key] for key in overlay.keys() - base.keys()} == added
    (changed,) = (key for key in base if overlay[key] != base[key])
    assert changed == ("Deployment", "ritsuko-operator")
    (container,) = overlay[changed]["spec"]["template"]["spec"]["containers"]
    (before,) = base[changed]["spec"]["template"]["spec"]["containers"]
    (variable,) = (one for one in container["env"] if one not in before["env"])
    assert variable == {"name": "RITSUKO_IMPERSONATOR_NAME", "value": "ritsuko-impersonator"}


def test_with_it_the_operator_may_bind_the_role(impersonating: ControlPlane) -> None:
    roles = "clusterroles.rbac.authorization.k8s.io"
    assert allowed(impersonating, OPERATOR, "bind", roles, name="ritsuko-impersonator")
    assert not allowed(impersonating, OPERATOR, "bind", roles, name="cluster-admin")


def test_a_bot_that_acts_as_people_may_be_any_user_and_of_the_groups_of_zulip_alone(
    impersonating: ControlPlane, operator: Api
) -> None:
    case = next(case for case in cases() if case.name == "impersonation")
    with placed(impersonating, case, "acts") as here:
        for manifest in here.manifests:
            apply(operator, manifest)
        bot = f"system:serviceaccount:{here.namespace}:ritsuko"
        assert allowed(impersonating, bot, "impersonate", "users", name="zulip:ada@example.com")
        assert allowed(impersonating, bot, "impersonate", "groups", name="zulip:role:member")
        assert not allowed(impersonating, bot, "impersonate", "groups", name="system:masters")
        assert not allowed(impersonating, bot, "impersonate", "serviceaccounts", namespace=here.namespace)
        binding = here.of_kind("ClusterRoleBinding")["metadata"]["name"]
        operator.request("DELETE", f"/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/{binding}")
