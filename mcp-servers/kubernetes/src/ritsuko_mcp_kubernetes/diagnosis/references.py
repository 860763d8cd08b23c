"""What a pod refers to by name, and cannot start without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.objects.fields import at, objects


@dataclass(frozen=True, slots=True)
class Reference:
    """An object in the pod's own namespace."""

    plural: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def references(pod: Json) -> Iterator[Reference]:
    """The ConfigMaps, Secrets, claims and the ServiceAccount that a pod needs, each once; without the optional."""
    yield from dict.fromkeys(_all(at(pod, "spec")))


def _all(spec: Json) -> Iterator[Reference]:
    if name := spec.get("serviceAccountName"):
        yield Reference("serviceaccounts", "ServiceAccount", str(name))
    for volume in objects(spec, "volumes"):
        yield from _of_source(volume, "configMap", "secret", name="secretName")
        if claim := at(volume, "persistentVolumeClaim").get("claimName"):
            yield Reference("persistentvolumeclaims", "PersistentVolumeClaim", str(claim))
        for source in objects(volume, "projected", "sources"):
            yield from _of_source(source, "configMap", "secret")
    for containers in ("initContainers", "containers"):
        for container in objects(spec, containers):
            for variable in objects(container, "env"):
                yield from _of_source(at(variable, "valueFrom"), "configMapKeyRef", "secretKeyRef")
            for source in objects(container, "envFrom"):
                yield from _of_source(source, "configMapRef", "secretRef")


def _of_source(source: Json, config_map: str, secret: str, *, name: str = "name") -> Iterator[Reference]:
    for field, plural, kind, key in (
        (config_map, "configmaps", "ConfigMap", "name"),
        (secret, "secrets", "Secret", name),
    ):
        of = at(source, field)
        if of.get(key) and of.get("optional") is not True:
            yield Reference(plural, kind, str(of[key]))
