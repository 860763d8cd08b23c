"""What a registry says becomes what to do."""

from __future__ import annotations

import pytest

from ritsuko_operator.reconcile.pods.image_pull import explain

IMAGE = "ghcr.io/acme/w:1"


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        ("401 Unauthorized", "the registry denied access: put a pull secret into namespace ops"),
        (
            "pull access denied, repository does not exist or may require authorization",
            "check its name and, for a private repository, put a pull secret into namespace ops",
        ),
        (f"{IMAGE}: not found", "the registry has no such image or tag: check its name and tag"),
        ("", "no answer yet; check its name and tag and, for a private registry, put a pull secret"),
    ],
)
def test_the_remedy_speaks_of_the_resource(message: str, remedy: str) -> None:
    explained = explain(IMAGE, "ErrImagePull", message, namespace="ops", pull_secrets=[])
    assert explained.startswith(f"image {IMAGE} cannot be pulled: ")
    assert remedy in explained


def test_with_pull_secrets_it_says_to_check_them() -> None:
    explained = explain("w:1", "ErrImagePull", "401 Unauthorized", namespace="ops", pull_secrets=["ghcr"])
    assert explained.endswith("check in namespace ops that ghcr exists, for an account that may pull the image")
    explained = explain("w:1", "ErrImagePull", "401 Unauthorized", namespace="ops", pull_secrets=["ghcr", "quay"])
    assert "that ghcr, quay exist," in explained


def test_a_number_in_the_images_own_name_is_no_cause() -> None:
    explained = explain("w:401", "ErrImagePull", "w:401: not found", namespace="ops", pull_secrets=[])
    assert explained.endswith("check its name and tag")
