"""Pieces of a pod that stand in our resources in Kubernetes' own shape.

They pass through to the Deployment as they came, so here they are plain JSON. Their schema in the CRDs is Kubernetes'
own: `kubernetes_types` takes it from the Kubernetes client, by the name that stands behind `EMBEDDED_KEY`; of a patch
(`PATCH_KEY`) it takes the first level only.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import JsonValue, WithJsonSchema

from ritsuko_api.resource import validations

EMBEDDED_KEY = "x-ritsuko-embedded"
PATCH_KEY = "x-ritsuko-patch"

JsonObject = dict[str, JsonValue]
Rule = tuple[str, str]  # as for `resource.rules`

# What validation of a pod says of these pieces, as far as an expression can: k8s.io/kubernetes/pkg/apis/core/validation
# and k8s.io/apimachinery/pkg/util/validation, of Kubernetes 1.34.
_VARIABLE: Rule = (
    "self.name.matches('^[ -<>-~]+$')",
    "a variable name must consist of printable ASCII characters without '=', for example LOG_LEVEL",
)
_VOLUME: Rule = (
    "self.name.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')",
    ("a volume name must consist of lower-case letters and digits, with '-' between them, for example cache-2"),
)
_PROBES = ("exec", "grpc", "httpGet", "tcpSocket")
_HOOKS = ("exec", "httpGet", "sleep", "tcpSocket")
_LIMITED = ["cpu", "memory", "ephemeral-storage"]
_REQUESTS: Rule = (
    f"!has(self.requests) || !has(self.limits) || {_LIMITED}.all(one, !(one in self.requests) || !(one in self.limits)"
    " || quantity(string(self.requests[one])).compareTo(quantity(string(self.limits[one]))) <= 0)",
    "`requests` exceed `limits`: lower `requests`, or raise `limits`",
)


def _kubernetes(model: str, *rules: Rule) -> WithJsonSchema:
    return WithJsonSchema(_with({EMBEDDED_KEY: model}, rules))


def _list_of(model: str, *keys: str, most: int | None = None, rules: tuple[Rule, ...] = ()) -> WithJsonSchema:
    """A list whose entries are distinguished by `keys`: two with the same keys are refused by the apiserver.

    The `rules` are for each entry; the apiserver allows none without a limit on how many entries there are.
    """
    return WithJsonSchema(
        {
            "type": "array",
            "items": _with({EMBEDDED_KEY: model}, rules),
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": list(keys),
            **({} if most is None else {"maxItems": most}),
        }
    )


def _with(schema: JsonObject, rules: tuple[Rule, ...]) -> JsonObject:
    return schema | (validations(*rules) if rules else {})


def _handlers(hook: str, names: tuple[str, ...]) -> str:
    """An expression for how many of the handlers a hook has."""
    return f"[{', '.join(f'has({hook}.{name})' for name in names)}].filter(one, one).size()"


Affinity = Annotated[JsonObject, _kubernetes("V1Affinity")]
EgressRules = Annotated[
    list[JsonObject],
    WithJsonSchema({"type": "array", "items": {EMBEDDED_KEY: "V1NetworkPolicyEgressRule"}, "maxItems": 100}),
]
EnvFrom = Annotated[list[JsonObject], WithJsonSchema({"type": "array", "items": {EMBEDDED_KEY: "V1EnvFromSource"}})]
EnvVars = Annotated[list[JsonObject], _list_of("V1EnvVar", "name", most=1000, rules=(_VARIABLE,))]
Lifecycle = Annotated[
    JsonObject,
    _kubernetes(
        "V1Lifecycle",
        *(
            (
                f"!has(self.{hook}) || {_handlers(f'self.{hook}', _HOOKS)} == 1",
                f"the hook `{hook}` needs exactly one handler: set one of {', '.join(_HOOKS)}",
            )
            for hook in ("postStart", "preStop")
        ),
    ),
]
PodSecurityContext = Annotated[JsonObject, _kubernetes("V1PodSecurityContext")]
PodSpecPatch = Annotated[JsonObject, WithJsonSchema({PATCH_KEY: "V1PodSpec"})]
Probe = Annotated[
    JsonObject,
    _kubernetes(
        "V1Probe",
        (f"{_handlers('self', _PROBES)} == 1", f"a probe needs exactly one handler: set one of {', '.join(_PROBES)}"),
    ),
]
PullSecrets = Annotated[list[JsonObject], _list_of("V1LocalObjectReference", "name")]
Resources = Annotated[JsonObject, _kubernetes("V1ResourceRequirements", _REQUESTS)]
SecurityContext = Annotated[JsonObject, _kubernetes("V1SecurityContext")]
Tolerations = Annotated[list[JsonObject], WithJsonSchema({"type": "array", "items": {EMBEDDED_KEY: "V1Toleration"}})]
TopologySpreadConstraints = Annotated[
    list[JsonObject], _list_of("V1TopologySpreadConstraint", "topologyKey", "whenUnsatisfiable")
]
VolumeMounts = Annotated[list[JsonObject], _list_of("V1VolumeMount", "mountPath")]
Volumes = Annotated[list[JsonObject], _list_of("V1Volume", "name", most=200, rules=(_VOLUME,))]
