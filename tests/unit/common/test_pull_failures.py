"""Why an image is not pulled: each message as containerd, CRI-O, Docker or a registry writes it."""

import pytest

from ritsuko_common import pull_failures
from ritsuko_common.pull_failures import PULL_REASONS, PullCause, pull_failure

IMAGE = "ghcr.io/acme/w:1"
# containerd, as the kubelet quotes it
RESOLVE = (
    f'failed to pull and unpack image "{IMAGE}": failed to resolve reference "{IMAGE}": failed to do request: Head '
    '"https://ghcr.io/v2/acme/w/manifests/1": '
)


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        (f'failed to resolve reference "{IMAGE}": {IMAGE}: not found', PullCause.NOT_FOUND),
        ("reading manifest latest in registry.example.com/w: manifest unknown: manifest unknown", PullCause.NOT_FOUND),
        ("reading manifest 1 in quay.io/acme/w: name unknown: repository not found", PullCause.NOT_FOUND),
        ("NAME_UNKNOWN: repository name not known to registry", PullCause.NOT_FOUND),
        ("unexpected status from HEAD request to https://r.io/v2/w/manifests/1: 404 Not Found", PullCause.NOT_FOUND),
        (f'failed to pull and unpack image "{IMAGE}": no match for platform in manifest: not found', "platform"),
        ("no match for current platform linux/arm/v7 in manifest sha256:32efb1: not found", "platform"),
        ("no matching manifest for linux/arm64/v8 in the manifest list entries", "platform"),
        (
            'choosing image instance: no image found in manifest list for architecture amd64, variant "", OS linux',
            "platform",
        ),
        (
            "pull access denied, repository does not exist or may require authorization: server message: "
            "insufficient_scope: authorization failed",
            PullCause.NOT_FOUND_OR_DENIED,
        ),
        ("pull access denied for w, repository does not exist or may require 'docker login'", "ambiguous"),
        ("errors: denied: requested access to the resource is denied", PullCause.NOT_FOUND_OR_DENIED),
        ("failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized", "denied"),
        ("unexpected status from HEAD request to https://ghcr.io/v2/acme/w/manifests/1: 403 Forbidden", "denied"),
        (
            "reading manifest 1 in quay.io/acme/w: unauthorized: access to the requested resource is not authorized",
            "denied",
        ),
        ("no basic auth credentials", PullCause.DENIED),
        (RESOLVE + "tls: failed to verify certificate: x509: certificate signed by unknown authority", "authority"),
        (RESOLVE + "x509: certificate has expired or is not yet valid: current time 2026-11-24", "expired"),
        (RESOLVE + "x509: certificate is valid for *.acme.io, not ghcr.io", PullCause.WRONG_CERTIFICATE),
        (RESOLVE + "x509: cannot validate certificate for 10.0.0.5 because it doesn't contain any IP SANs", "name"),
        (RESOLVE + "http: server gave HTTP response to HTTPS client", PullCause.PLAIN_HTTP),
        ("toomanyrequests: You have reached your unauthenticated pull rate limit", PullCause.RATE_LIMITED),
        ("unexpected status: 429 Too Many Requests", PullCause.RATE_LIMITED),
        (RESOLVE + "dial tcp: lookup ghcr.io on 10.0.0.10:53: no such host", PullCause.UNKNOWN_HOST),
        (RESOLVE + "dial tcp: lookup ghcr.io on 10.0.0.10:53: read udp: i/o timeout", PullCause.UNKNOWN_HOST),
        (RESOLVE + "dial tcp 192.0.2.1:443: i/o timeout", PullCause.UNREACHABLE),
        (RESOLVE + "dial tcp 10.4.0.4:404: connect: connection refused", PullCause.UNREACHABLE),
        (RESOLVE + "net/http: TLS handshake timeout", PullCause.UNREACHABLE),
        (RESOLVE + "proxyconnect tcp: dial tcp 10.0.0.9:3128: connect: no route to host", PullCause.UNREACHABLE),
        ("rpc error: code = DeadlineExceeded desc = context deadline exceeded", PullCause.TIMED_OUT),
        (f'failed to pull and unpack image "{IMAGE}": failed to copy: unexpected EOF', PullCause.INTERRUPTED),
        ("received unexpected HTTP status: 500 Internal Server Error", PullCause.REGISTRY_ERROR),
        ("unexpected status from GET request to https://ghcr.io/token: 503 Service Unavailable", "registry"),
        ("failed to extract layer: write /var/lib/containerd/x: no space left on device", PullCause.DISK_FULL),
        (
            'not implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer '
            "supported since containerd v2.1",
            PullCause.OLD_MANIFEST,
        ),
        ("copying system image: Source image rejected: A signature was required, but no signature exists", "signature"),
        ("", PullCause.UNKNOWN),
        ("something else", PullCause.UNKNOWN),
    ],
)
def test_the_cause_of_a_message(message: str, cause: str) -> None:
    short = {
        "platform": PullCause.NO_MATCHING_PLATFORM,
        "ambiguous": PullCause.NOT_FOUND_OR_DENIED,
        "denied": PullCause.DENIED,
        "authority": PullCause.UNKNOWN_AUTHORITY,
        "expired": PullCause.EXPIRED_CERTIFICATE,
        "name": PullCause.WRONG_CERTIFICATE,
        "registry": PullCause.REGISTRY_ERROR,
        "signature": PullCause.SIGNATURE_REJECTED,
    }
    assert pull_failure("ErrImagePull", message, image=IMAGE).cause is short.get(cause, cause)


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("InvalidImageName", PullCause.INVALID_NAME),
        ("ErrImageNeverPull", PullCause.NEVER_PULLED),
        ("SignatureValidationFailed", PullCause.SIGNATURE_REJECTED),
        ("RegistryUnavailable", PullCause.UNREACHABLE),
    ],
)
def test_the_kubelets_own_reasons(reason: str, cause: PullCause) -> None:
    assert reason in PULL_REASONS
    assert pull_failure(reason, "image pull failed").cause is cause


def test_a_word_in_the_images_own_name_is_not_a_cause() -> None:
    assert pull_failure("ErrImagePull", "denied/x509:404: unexpected EOF", image="denied/x509:404").cause is (
        PullCause.INTERRUPTED
    )


def test_a_very_long_message_is_read_in_no_time() -> None:
    assert pull_failure("ErrImagePull", "media type " * 10**6).cause is PullCause.UNKNOWN


@pytest.mark.parametrize("cause", list(PullCause))
def test_every_cause_has_a_sentence_and_an_advice(cause: PullCause) -> None:
    sentence, advice = pull_failures._ABOUT[cause]
    assert all(clause[0].islower() and clause[-1] != "." for clause in (sentence, advice))
