"""Admission of the cluster's own: what it refuses is tried again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.cluster import ApiError, ControlPlane
from tests.integration.operator.eventually import eventually
from tests.integration.operator.story import Story

pytestmark = [pytest.mark.controlplane, pytest.mark.usefixtures("operator")]

_ADMISSION = "/apis/admissionregistration.k8s.io/v1"


def test_what_a_policy_refused_is_made_soon_after_the_policy_is_gone(plane: ControlPlane, story: Story) -> None:
    with config_maps_refused(plane, story):
        story.bot()
        message = story.wait_condition("Stalled", "True", "ApplyRefused")
        assert "no config maps today" in message
        assert "tried again within a minute" in message
    eventually(lambda: story.exists("configmap", "hal-mcp"), within=40, what="the config is made")
    story.wait_condition("Stalled", "False", "Progressing")


@contextmanager
def config_maps_refused(plane: ControlPlane, story: Story) -> Iterator[None]:
    """A policy refuses every ConfigMap of ours in the story's namespace."""
    api, name = plane.api, story.namespace
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["configmaps"]}
    policy: dict[str, Any] = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {"resourceRules": [rule]},
            "validations": [{"expression": "false", "message": "no config maps today"}],
        },
    }
    binding = {
        "apiVersion": policy["apiVersion"],
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {
            "policyName": name,
            "validationActions": ["Deny"],
            "matchResources": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}},
        },
    }
    plurals = ("validatingadmissionpolicies", "validatingadmissionpolicybindings")
    for plural, manifest in zip(plurals, (policy, binding), strict=True):
        api.request("POST", f"{_ADMISSION}/{plural}", manifest)
    try:
        eventually(lambda: refuses_config_maps(story), what="the policy is in force")
        yield
    finally:
        for plural in reversed(plurals):
            api.request("DELETE", f"{_ADMISSION}/{plural}/{name}")


def refuses_config_maps(story: Story) -> bool:
    try:
        story.create("configmap", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "probe"}})
    except ApiError as error:
        return "no config maps today" in str(error)
    story.delete("configmap", "probe")
    return False
