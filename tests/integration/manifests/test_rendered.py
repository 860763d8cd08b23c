"""What is rendered, on a real apiserver: the operator may apply it, it stays as it is, and the pods are restricted."""

import pytest

from ritsuko_operator.reconcile.children.write_reason import stamped, write_reason
from ritsuko_operator.render import RenderError
from tests.cluster import Api, ApiError, ControlPlane
from tests.golden.golden import Case, cases
from tests.integration.manifests.applying import apply, placed

pytestmark = [pytest.mark.controlplane, pytest.mark.usefixtures("impersonating")]


def is_rendered(case: Case) -> bool:
    try:
        return bool(case.manifests())
    except RenderError:
        return False


RENDERED = [case for case in cases() if is_rendered(case) and case.context.reader_kind == "ClusterRole"]
RESTRICTED = [case for case in RENDERED if case.name not in ("all-fields", "awkward", "pod-template")]  # they loosen it


@pytest.mark.parametrize("case", RENDERED, ids=lambda case: case.name)
def test_the_operator_may_apply_it_and_finds_it_as_it_was(plane: ControlPlane, operator: Api, case: Case) -> None:
    with placed(plane, case, f"stays-{case.name}") as here:
        for manifest in map(stamped, here.installed):
            live = apply(operator, manifest)
            assert write_reason(manifest, live) is None, f"{manifest['kind']}: it would be written for ever"
            version = "generation" if "generation" in live["metadata"] else "resourceVersion"
            assert apply(operator, manifest)["metadata"][version] == live["metadata"][version]


@pytest.mark.parametrize("case", RESTRICTED, ids=lambda case: case.name)
def test_its_pods_are_admitted_where_only_restricted_ones_are(plane: ControlPlane, case: Case) -> None:
    with placed(plane, case, f"restricted-{case.name}") as here:
        label = {"pod-security.kubernetes.io/enforce": "restricted"}
        namespace = f"/api/v1/namespaces/{here.namespace}"
        plane.api.request(
            "PATCH", namespace, {"metadata": {"labels": label}}, content_type="application/merge-patch+json"
        )
        template = here.of_kind("Deployment")["spec"]["template"]
        # the ServiceAccount that the pod wants is not looked for by a dry run without the admission of its own
        for manifest in here.manifests:
            if manifest["kind"] == "ServiceAccount":
                apply(plane.api, manifest)
        pod = {"metadata": {"name": "pod", **template["metadata"]}, "spec": template["spec"]}
        if "ServiceAccount" not in {manifest["kind"] for manifest in here.manifests}:
            pod["spec"]["serviceAccountName"] = "default"
        plane.api.request("POST", f"{namespace}/pods?dryRun=All&fieldValidation=Strict", pod)


def test_the_pods_of_a_loosened_bot_are_not_admitted_there(plane: ControlPlane) -> None:
    case = next(case for case in cases() if case.name == "all-fields")
    with pytest.raises(ApiError, match="violates PodSecurity"):
        test_its_pods_are_admitted_where_only_restricted_ones_are(plane, case)
