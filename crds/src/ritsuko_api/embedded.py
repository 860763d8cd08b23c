"""Pieces of a pod that stand in our resources in Kubernetes' own shape.

They pass through to the Deployment as they came, so here they are plain JSON. Their schema in the CRDs is Kubernetes'
own: `kubernetes_types` takes it from the Kubernetes client, by the name that stands behind `EMBEDDED_KEY`; of a patch
(`PATCH_KEY`) it takes the first level only.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import JsonValue, WithJsonSchema

EMBEDDED_KEY = "x-ritsuko-embedded"
PATCH_KEY = "x-ritsuko-patch"

JsonObject = dict[str, JsonValue]


def _kubernetes(model: str) -> WithJsonSchema:
    return WithJsonSchema({EMBEDDED_KEY: model})


def _list_of(model: str, *keys: str) -> WithJsonSchema:
    """A list whose entries are told apart by `keys`: two with the same keys are refused by the apiserver."""
    return WithJsonSchema(
        {
            "type": "array",
            "items": {EMBEDDED_KEY: model},
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": list(keys),
        }
    )


Affinity = Annotated[JsonObject, _kubernetes("V1Affinity")]
EgressRules = Annotated[
    list[JsonObject],
    WithJsonSchema({"type": "array", "items": {EMBEDDED_KEY: "V1NetworkPolicyEgressRule"}, "maxItems": 100}),
]
EnvFrom = Annotated[list[JsonObject], WithJsonSchema({"type": "array", "items": {EMBEDDED_KEY: "V1EnvFromSource"}})]
EnvVars = Annotated[list[JsonObject], _list_of("V1EnvVar", "name")]
Lifecycle = Annotated[JsonObject, _kubernetes("V1Lifecycle")]
PodSecurityContext = Annotated[JsonObject, _kubernetes("V1PodSecurityContext")]
PodSpecPatch = Annotated[JsonObject, WithJsonSchema({PATCH_KEY: "V1PodSpec"})]
Probe = Annotated[JsonObject, _kubernetes("V1Probe")]
PullSecrets = Annotated[list[JsonObject], _list_of("V1LocalObjectReference", "name")]
Resources = Annotated[JsonObject, _kubernetes("V1ResourceRequirements")]
SecurityContext = Annotated[JsonObject, _kubernetes("V1SecurityContext")]
Tolerations = Annotated[list[JsonObject], WithJsonSchema({"type": "array", "items": {EMBEDDED_KEY: "V1Toleration"}})]
TopologySpreadConstraints = Annotated[
    list[JsonObject], _list_of("V1TopologySpreadConstraint", "topologyKey", "whenUnsatisfiable")
]
VolumeMounts = Annotated[list[JsonObject], _list_of("V1VolumeMount", "mountPath")]
Volumes = Annotated[list[JsonObject], _list_of("V1Volume", "name")]
