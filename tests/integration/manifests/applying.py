"""Putting a golden case into a real cluster: created as a user would, rendered from what the apiserver made of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.sidecar import McpSidecar
from ritsuko_operator.reconcile.kinds import MONITORING, kind_of
from ritsuko_operator.render import accept, render
from ritsuko_operator.render.templating import to_yaml
from tests.cluster import Api, ControlPlane
from tests.golden.golden import Case

Json = dict[str, Any]


@dataclass(frozen=True)
class Placed:
    """A case's resources in a namespace of the cluster, and what is rendered of them there."""

    namespace: str
    manifests: list[Json]

    @property
    def installed(self) -> list[Json]:
        """Without the kinds of the Prometheus operator, which is not there."""
        return [manifest for manifest in self.manifests if kind_of(manifest) not in MONITORING]

    def of_kind(self, kind: str) -> Json:
        return next(manifest for manifest in self.manifests if manifest["kind"] == kind)


@contextmanager
def placed(plane: ControlPlane, case: Case, namespace: str) -> Iterator[Placed]:
    """Creates the namespace and in it the case's resources, which the apiserver checks and completes."""
    api = plane.api
    api.request("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
    try:
        live = [api.request("POST", path_in(namespace, one), sendable(one)) for one in case.resources]
        bot = next(RitsukoBot.model_validate(one) for one in live if one["kind"] == "RitsukoBot")
        selection = accept(bot, [McpSidecar.model_validate(one) for one in live if one["kind"] == "McpSidecar"])
        tokens = {one.metadata.name: {1: "token"} for one in selection.accepted}
        yield Placed(namespace, render(bot, selection, replace(case.context, tokens=tokens)))
    finally:
        api.request("DELETE", f"/api/v1/namespaces/{namespace}")


def path_in(namespace: str, resource: Json) -> str:
    """The path that lists resources of this one's kind; strict, so that an unknown field is an error."""
    return f"{kind_of(resource).path(namespace)}?fieldValidation=Strict"


def sendable(resource: Json) -> Json:
    """A case may say when a resource was created; an apiserver wants to say that itself."""
    metadata = {key: value for key, value in resource["metadata"].items() if key != "creationTimestamp"}
    return {**resource, "metadata": metadata}


def apply(api: Api, manifest: Json) -> Json:
    """Server-side apply, as the operator does it; returns the live object."""
    metadata = manifest["metadata"]
    path = kind_of(manifest).path(metadata.get("namespace"), metadata["name"])
    query = "fieldManager=ritsuko-operator&force=true&fieldValidation=Strict"
    # YAML, for JSON it is not: two escapes for one character beyond the basic plane are an error there
    return api.request("PATCH", f"{path}?{query}", to_yaml(manifest), content_type="application/apply-patch+yaml")
