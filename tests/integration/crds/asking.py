"""What the apiserver says to a resource, without storing it."""

from typing import Any

from tests.cluster import ControlPlane
from tests.cluster.api import ApiError
from tests.specs.crd import Document

PLURALS = {"RitsukoBot": "ritsukobots", "McpSidecar": "mcpsidecars"}


def answer(plane: ControlPlane, document: Document) -> dict[str, Any]:
    """What would be stored. Raises ApiError if the resource is refused."""
    path = f"/apis/ritsuko.dev/v1alpha1/namespaces/default/{PLURALS[document['kind']]}"
    return plane.api.request("POST", f"{path}?dryRun=All&fieldValidation=Strict", document)


def refusal(plane: ControlPlane, document: Document) -> str | None:
    """Why the resource is refused as invalid; None if it is not."""
    try:
        answer(plane, document)
    except ApiError as error:
        if error.status not in (400, 422):
            raise
        return str(error)
    return None
