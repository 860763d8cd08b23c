"""Why an image cannot be pulled, and what to do about it in the bot's resource."""

from __future__ import annotations

from collections.abc import Sequence

from ritsuko_common.pull_failures import PullCause, pull_failure

_MESSAGE_LIMIT = 400


def explain(image: str, reason: str, message: str, *, namespace: str, pull_secrets: Sequence[str]) -> str:
    """A sentence with the image, the words that came and the remedy.

    `reason` and `message` are the waiting container's. `pull_secrets` are the names of the Secrets that the pod pulls
    with.
    """
    failure = pull_failure(reason, message, image=image)
    about = _about(pull_secrets, namespace)
    match failure.cause:
        case PullCause.DENIED:
            remedy = f"{failure.sentence}: {about}"
        case PullCause.NOT_FOUND_OR_DENIED:
            remedy = f"{failure.sentence}: check its name and, for a private repository, {about}"
        case PullCause.UNKNOWN:
            remedy = f"check its name and tag and, for a private registry, {about}"
        case _:
            remedy = f"{failure.sentence}: {failure.advice}"
    return f"image {image} cannot be pulled: {message[:_MESSAGE_LIMIT] or 'no answer yet'}; {remedy}"


def _about(pull_secrets: Sequence[str], namespace: str) -> str:
    if pull_secrets:
        return (
            f"check in namespace {namespace} that {', '.join(pull_secrets)} "
            f"{'exists' if len(pull_secrets) == 1 else 'exist'}, for an account that may pull the image"
        )
    return f"put a pull secret into namespace {namespace} and name it in the bot's `imagePullSecrets`"
