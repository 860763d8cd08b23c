"""Why an image could not be pulled, from what the kubelet quotes of containerd, CRI-O, Docker and the registry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class PullCause(StrEnum):
    INVALID_NAME = "InvalidName"
    NEVER_PULLED = "NeverPulled"
    NOT_FOUND = "NotFound"
    NOT_FOUND_OR_DENIED = "NotFoundOrDenied"
    DENIED = "Denied"
    NO_MATCHING_PLATFORM = "NoMatchingPlatform"
    OLD_MANIFEST = "OldManifest"
    SIGNATURE_REJECTED = "SignatureRejected"
    UNKNOWN_AUTHORITY = "UnknownAuthority"
    EXPIRED_CERTIFICATE = "ExpiredCertificate"
    WRONG_CERTIFICATE = "WrongCertificate"
    PLAIN_HTTP = "PlainHttp"
    RATE_LIMITED = "RateLimited"
    UNKNOWN_HOST = "UnknownHost"
    UNREACHABLE = "Unreachable"
    TIMED_OUT = "TimedOut"
    INTERRUPTED = "Interrupted"
    REGISTRY_ERROR = "RegistryError"
    DISK_FULL = "DiskFull"
    UNKNOWN = "Unknown"

    @property
    def needs_credentials(self) -> bool:
        """Whether a pull secret may be what is missing."""
        return self in (PullCause.DENIED, PullCause.NOT_FOUND_OR_DENIED, PullCause.UNKNOWN)


@dataclass(frozen=True, slots=True)
class PullFailure:
    """The cause in a clause, and what to do in another one: neither has a capital letter or a full stop."""

    cause: PullCause
    sentence: str
    advice: str


_ABOUT = {
    PullCause.INVALID_NAME: (
        "the image name is not valid",
        "write it as registry/name:tag, in lower case",
    ),
    PullCause.NEVER_PULLED: (
        "the image is not on the node and imagePullPolicy is Never",
        "load the image onto the node or use IfNotPresent",
    ),
    PullCause.NOT_FOUND: (
        "the registry has no such image or tag",
        "check its name and tag",
    ),
    PullCause.NOT_FOUND_OR_DENIED: (
        "the repository does not exist or is private",
        "check its name and, for a private repository, the pull secret named in imagePullSecrets",
    ),
    PullCause.DENIED: (
        "the registry denied access",
        "check that imagePullSecrets names a pull secret in this namespace, for an account that may pull the image",
    ),
    PullCause.NO_MATCHING_PLATFORM: (
        "the image has no build for the node's platform",
        "build it for the node's architecture and operating system, or select other nodes",
    ),
    PullCause.OLD_MANIFEST: (
        "the image has an old manifest (schema 1) that the container runtime no longer supports",
        "rebuild the image or push it again with a current tool",
    ),
    PullCause.SIGNATURE_REJECTED: (
        "the node's signature policy rejected the image",
        "sign the image or change the policy on the nodes",
    ),
    PullCause.UNKNOWN_AUTHORITY: (
        "the node does not trust the authority that signed the registry's certificate",
        "install the authority's certificate on the nodes",
    ),
    PullCause.EXPIRED_CERTIFICATE: (
        "the registry's certificate has expired or is not valid yet",
        "renew the certificate, or correct the node's clock",
    ),
    PullCause.WRONG_CERTIFICATE: (
        "the registry's certificate is for another name",
        "use a host name that the certificate contains, or issue one for this name",
    ),
    PullCause.PLAIN_HTTP: (
        "the registry speaks plain HTTP and the node expects HTTPS",
        "serve the registry over HTTPS, or configure it as an insecure registry on the nodes",
    ),
    PullCause.RATE_LIMITED: (
        "the registry limits pulls",
        "pull with an account or from a mirror",
    ),
    PullCause.UNKNOWN_HOST: (
        "the registry's host name cannot be resolved",
        "check the host name and the node's DNS",
    ),
    PullCause.UNREACHABLE: (
        "the registry cannot be reached from the node",
        "check the registry, and any proxy, firewall or network policy between the node and it",
    ),
    PullCause.TIMED_OUT: (
        "the pull timed out",
        "check the network between the node and the registry, and the size of the image",
    ),
    PullCause.INTERRUPTED: (
        "the connection to the registry broke off during the pull",
        "it is retried; if it recurs, check the registry and any proxy between the node and it",
    ),
    PullCause.REGISTRY_ERROR: (
        "the registry failed with a server error",
        "it is retried; if it recurs, check the registry's own status",
    ),
    PullCause.DISK_FULL: (
        "the node's disk is full",
        "free disk space on the node, or let the kubelet remove unused images",
    ),
    PullCause.UNKNOWN: (
        "the cause is not known",
        "check its name and tag and, for a private registry, the pull secret; the pod's events quote the registry",
    ),
}


def _status(codes: str) -> str:
    """An HTTP status, not a number in an address, a port, a tag or a digest."""
    return rf"(?<![\w.:@/-]){codes}(?![\w.@/-])"


# The first that fits wins. containerd says `not found` of a missing platform too, and Docker Hub says `pull access
# denied` both of what is private and of what does not exist.
_CAUSES = tuple(
    (cause, re.compile(pattern, re.IGNORECASE))
    for cause, pattern in (
        (
            PullCause.SIGNATURE_REJECTED,
            r"signature was required|source image rejected|rejected by policy|signature validation|no valid signature",
        ),
        (PullCause.OLD_MANIFEST, r"manifest\.v1\+|schema ?v?1\b|media type .{0,200} no longer supported"),
        (
            PullCause.NO_MATCHING_PLATFORM,
            r"no match for (current )?platform|no matching manifest|no image found in (manifest list|image index)"
            r"|does not (match|provide) the specified platform",
        ),
        (PullCause.DISK_FULL, r"no space left|disk quota exceeded"),
        (PullCause.RATE_LIMITED, rf"toomanyrequests|too many requests|rate limit|{_status('429')}"),
        (PullCause.PLAIN_HTTP, r"server gave http response to https client"),
        (PullCause.EXPIRED_CERTIFICATE, r"certificate has expired|is not yet valid"),
        (
            PullCause.WRONG_CERTIFICATE,
            r"x509: certificate is valid for|certificate is not valid for|cannot validate certificate for"
            r"|relies on legacy common name",
        ),
        (PullCause.UNKNOWN_AUTHORITY, r"x509|unknown authority|failed to verify certificate|self.signed certificate"),
        (
            PullCause.UNKNOWN_HOST,
            r"no such host|server misbehaving|failure in name resolution|name or service not known|\blookup [\w.-]+",
        ),
        (
            PullCause.REGISTRY_ERROR,
            rf"{_status('50[0-4]')}|internal server error|bad gateway|service unavailable|gateway time-?out",
        ),
        (
            PullCause.NOT_FOUND_OR_DENIED,
            r"pull access denied|may require|access to the resource is denied|insufficient_scope",
        ),
        (
            PullCause.DENIED,
            rf"{_status('40[13]')}|unauthorized|forbidden|denied|authorization failed|authentication required"
            r"|no basic auth credentials|incorrect username or password",
        ),
        (
            PullCause.UNREACHABLE,
            r"i/o timeout|handshake timeout|connection (timed out|refused|reset)|no route to host"
            r"|network is unreachable|proxyconnect|registry is unavailable|awaiting headers",
        ),
        (PullCause.TIMED_OUT, r"deadline exceeded|timed? ?out"),
        (PullCause.INTERRUPTED, r"\bEOF\b|short read|failed size validation|closed network connection|broken pipe"),
        (
            PullCause.NOT_FOUND,
            rf"not found|(manifest|name|repository)[ _](name[ _](not[ _]known|unknown)|unknown)|does not exist"
            rf"|no such manifest|{_status('404')}",
        ),
    )
)
_REASONS = {
    "InvalidImageName": PullCause.INVALID_NAME,
    "ErrImageNeverPull": PullCause.NEVER_PULLED,
    "SignatureValidationFailed": PullCause.SIGNATURE_REJECTED,
}
PULL_REASONS = frozenset({*_REASONS, "ErrImagePull", "ImagePullBackOff", "RegistryUnavailable"})
"""The reasons of a waiting container that cannot get its image."""
# Runtimes write less; a registry may send a page of HTML.
_LONGEST_MESSAGE = 16_384


def pull_failure(reason: str, message: str, *, image: str = "") -> PullFailure:
    """`reason` and `message` are the waiting container's. The name of the image may hold any word, such as `:404`."""
    cause = _REASONS.get(reason) or _cause(message[:_LONGEST_MESSAGE].replace(image or "\0", ""))
    if cause is PullCause.UNKNOWN and reason == "RegistryUnavailable":
        cause = PullCause.UNREACHABLE
    return PullFailure(cause, *_ABOUT[cause])


def _cause(message: str) -> PullCause:
    return next((cause for cause, pattern in _CAUSES if pattern.search(message)), PullCause.UNKNOWN)
