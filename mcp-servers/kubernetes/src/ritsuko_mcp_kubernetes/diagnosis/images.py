"""Why an image could not be pulled, from what the kubelet quotes of the container runtime's error."""

from __future__ import annotations

import re
from dataclasses import dataclass

_REASONS: tuple[tuple[str, str, str], ...] = (
    (
        r"\b401\b|unauthorized|authentication required|no basic auth|denied|\b403\b|insufficient_scope|pull access",
        "the registry refuses the credentials",
        "Is the right pull secret named in imagePullSecrets, in this namespace? "
        "A registry also says this of a private repository that does not exist.",
    ),
    (
        r"not found|manifest unknown|\b404\b|name unknown|does not exist",
        "there is no such image or tag",
        "Check the repository and the tag, and that there is a build for the node's architecture.",
    ),
    (r"toomanyrequests|\b429\b|rate limit", "the registry limits pulls", "Pull with an account, or use a mirror."),
    (r"no such host|lookup .* on", "the registry's name does not resolve", "Check the host name and the node's DNS."),
    (
        r"x509|certificate",
        "the registry's certificate is not trusted",
        "Install its authority on the nodes, or correct the host name.",
    ),
    (
        r"timeout|deadline exceeded|connection refused|no route|i/o",
        "the registry cannot be reached",
        "Is there a network policy, proxy or firewall between the node and the registry?",
    ),
    (r"no match for platform|exec format", "the image is for another architecture", "Build it for the node's too."),
    (r"no space left", "the node's disk is full", "Free space on the node, or let its image garbage collection run."),
)


@dataclass(frozen=True, slots=True)
class PullFailure:
    """A cause and what to do."""

    cause: str
    advice: str


def pull_failure(reason: str, message: str) -> PullFailure:
    """`reason` is the waiting container's (ErrImagePull, InvalidImageName, ...), `message` what goes with it."""
    if reason == "InvalidImageName":
        return PullFailure("the image's name is not a valid one", "Write it as registry/name:tag.")
    if reason == "ErrImageNeverPull":
        return PullFailure(
            "the image is not on the node and imagePullPolicy is Never", "Load it onto the node, or use IfNotPresent."
        )
    for pattern, cause, advice in _REASONS:
        if re.search(pattern, message, re.IGNORECASE):
            return PullFailure(cause, advice)
    return PullFailure("the image cannot be pulled", "The events of the pod quote the registry's answer.")
