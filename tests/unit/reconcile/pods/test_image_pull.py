"""What a registry says becomes what to do."""

from __future__ import annotations

import pytest

from ritsuko_operator.reconcile.pods.image_pull import explain

RESOLVE = 'failed to pull and unpack image "ghcr.io/acme/w:1": failed to resolve reference "ghcr.io/acme/w:1": '


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        (
            RESOLVE + "failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized",
            "the registry asks for credentials: put a pull secret into namespace ops",
        ),
        (RESOLVE + "unexpected status from HEAD request: 403 Forbidden", "the registry asks for credentials"),
        (
            RESOLVE + "pull access denied, repository does not exist or may require authorization",
            "the registry asks for credentials",
        ),
        (RESOLVE + "ghcr.io/acme/w:1: not found", "check its name and tag"),
        ("manifest unknown: manifest unknown", "check its name and tag"),
        (
            RESOLVE + "dial tcp: lookup ghcr.io on 10.0.0.10:53: no such host",
            "check the registry's name, and the node's DNS",
        ),
        (RESOLVE + "dial tcp 10.1.2.3:443: i/o timeout", "the node cannot reach the registry"),
        (RESOLVE + "dial tcp 10.1.2.3:443: connect: connection refused", "the node cannot reach the registry"),
        ("toomanyrequests: You have reached your pull rate limit", "the registry limits how often it is asked"),
        (RESOLVE + "unexpected status: 429 Too Many Requests", "the registry limits how often it is asked"),
        (RESOLVE + "x509: certificate signed by unknown authority", "does not trust the registry's certificate"),
        ("no match for platform in manifest: not found", "no build of it for the node's architecture"),
        ("write /var/lib/x: no space left on device", "the node's disk is full"),
        ("", "no answer yet; check its name and tag and, for a private registry, put a pull secret"),
    ],
)
def test_each_cause_has_its_remedy(message: str, remedy: str) -> None:
    told = explain("ghcr.io/acme/w:1", message, namespace="ops", pull_secrets=[])
    assert told.startswith("image ghcr.io/acme/w:1 cannot be pulled: ")
    assert remedy in told


def test_with_pull_secrets_it_asks_whether_they_are_there() -> None:
    told = explain("w:1", "401 Unauthorized", namespace="ops", pull_secrets=["ghcr"])
    assert told.endswith("is ghcr in namespace ops, with an account that may pull it?")
    told = explain("w:1", "401 Unauthorized", namespace="ops", pull_secrets=["ghcr", "quay"])
    assert told.endswith("are ghcr, quay in namespace ops, with an account that may pull it?")


def test_a_number_in_the_images_own_name_is_no_cause() -> None:
    assert "check its name and tag" in explain("w:401", "w:401: not found", namespace="ops", pull_secrets=[])
