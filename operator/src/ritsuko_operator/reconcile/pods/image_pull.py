"""Why an image cannot be pulled, told from the registry's and the container runtime's words, and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MESSAGE_LIMIT = 400

# The first that fits wins. Docker Hub answers "pull access denied" for what is private and for what is not there.
_CAUSES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("limited", re.compile(r"toomanyrequests|429|rate limit", re.I)),
    ("denied", re.compile(r"\b40[13]\b|unauthorized|denied|forbidden|authorization failed|authentication", re.I)),
    ("platform", re.compile(r"no match for platform|no matching manifest|exec format", re.I)),
    ("absent", re.compile(r"not found|manifest unknown|\b404\b|name unknown", re.I)),
    ("unknown host", re.compile(r"no such host|server misbehaving|temporary failure in name resolution", re.I)),
    ("untrusted", re.compile(r"x509|certificate|server gave HTTP response to HTTPS", re.I)),
    (
        "unreachable",
        re.compile(r"timeout|timed out|connection refused|no route|unreachable|deadline exceeded|\bEOF\b|reset", re.I),
    ),
    ("full", re.compile(r"no space left", re.I)),
)


def explain(image: str, message: str, *, namespace: str, pull_secrets: Sequence[str]) -> str:
    """A sentence with the image, the words that came and the remedy.

    `pull_secrets` are the names of the Secrets that the pod pulls with.
    """
    words = message[:_MESSAGE_LIMIT] or "no answer yet"
    return f"image {image} cannot be pulled: {words}; {_remedy(image, message, namespace, pull_secrets)}"


def _remedy(image: str, message: str, namespace: str, pull_secrets: Sequence[str]) -> str:
    # an address or a digest may hold any number, such as 401
    said = message.replace(image, "")
    cause = next((name for name, pattern in _CAUSES if pattern.search(said)), "")
    match cause:
        case "limited":
            return "the registry limits how often it is asked: pull with an account, or from a mirror"
        case "denied":
            return f"the registry asks for credentials: {_about(pull_secrets, namespace)}"
        case "platform":
            return "there is no build of it for the node's architecture: choose another image or a `nodeSelector`"
        case "absent":
            return "check its name and tag"
        case "unknown host":
            return "check the registry's name, and the node's DNS"
        case "untrusted":
            return "the node does not trust the registry's certificate: add its authority on the nodes"
        case "unreachable":
            return "the node cannot reach the registry: check the network, a proxy and the registry itself"
        case "full":
            return "the node's disk is full: make room there"
        case _:
            return f"check its name and tag and, for a private registry, {_about(pull_secrets, namespace)}"


def _about(pull_secrets: Sequence[str], namespace: str) -> str:
    if pull_secrets:
        are = "is" if len(pull_secrets) == 1 else "are"
        return f"{are} {', '.join(pull_secrets)} in namespace {namespace}, with an account that may pull it?"
    return f"put a pull secret into namespace {namespace} and name it in the bot's `imagePullSecrets`"
