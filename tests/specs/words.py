"""Plausible values by the name of a field, for what the schema leaves open and the apiserver does not.

With random text alone every pod would be refused for its nonsense, and nothing behind that check would be tested.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NAMES = ["a", "ops", "dev", "data", "zulip", "cache-2", "x1"]
LABELS = {"team": ["ops", "dev"], "tier": ["chat", ""], "example.com/owner": ["me"]}

labels: st.SearchStrategy[dict[str, str]] = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from(values) for key, values in LABELS.items()}
)
LETTERS = st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_characters="\x7f")
text = st.text(LETTERS, max_size=20)
names = st.sampled_from(NAMES)
paths = st.sampled_from(["/", "/data", "/etc/x", "/var/cache/a b", "/health"])
quantities = st.sampled_from(["1", "100m", "0.05", "1000m", "64Mi", "1Gi", "1024Mi", "1e3", 0, 2])
# Anything, as in a patch: with `null`, which takes away, and directives.
anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70_000) | names | text,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names | st.just("$patch"), inner, max_size=2),
    max_leaves=4,
)
objects = st.dictionaries(names | st.sampled_from(["name", "image", "$patch"]), anything, max_size=3)

BY_FIELD: dict[str, st.SearchStrategy[Any]] = {
    "name": names,
    "key": names,
    "namespace": names,
    "priorityClassName": names,
    "claimName": names,
    "secretName": names,
    "namespaces": st.lists(names, max_size=2),
    "image": st.sampled_from(["example.com/mcp:1", "registry.example.com:5000/a/b@sha256:" + "0" * 64]),
    "repository": st.sampled_from(["example.com/bot", "localhost:5000/bot"]),
    "tag": st.sampled_from(["1.2.3", "latest"]),
    "command": st.lists(st.sampled_from(["/bin/server", "python", "-m", "$(HOME)"]), min_size=1, max_size=3),
    "args": st.lists(st.sampled_from(["--read-only", "-v", "a b", "'\"", "{{ x }}"]), max_size=3),
    "mountPath": paths,
    "workingDir": paths,
    "path": paths,
    "effect": st.sampled_from(["NoSchedule", "NoExecute"]),
    "topologyKey": st.sampled_from(["kubernetes.io/hostname", "topology.kubernetes.io/zone"]),
    "whenUnsatisfiable": st.sampled_from(["DoNotSchedule", "ScheduleAnyway"]),
    "maxSkew": st.integers(1, 3),
    "weight": st.integers(1, 100),
    "protocol": st.sampled_from(["TCP", "UDP"]),
    "cidr": st.sampled_from(["10.0.0.0/8", "2001:db8::/32"]),
    "except": st.just(["10.1.0.0/16"]),
    "scheme": st.sampled_from(["HTTP", "HTTPS"]),
    "type": st.sampled_from(["RuntimeDefault", "Unconfined"]),
    "port": st.integers(1, 65535),
    "medium": st.sampled_from(["", "Memory"]),
    "matchLabels": labels,
    "nodeSelector": labels,
    "podLabels": labels,
    "podAnnotations": labels,
    "labels": labels,
    "annotations": labels,
}
for _field in ("limits", "requests"):
    BY_FIELD[_field] = st.fixed_dictionaries({}, optional={"cpu": quantities, "memory": quantities})


def _one_of(**choices: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.sampled_from(sorted(choices)).flatmap(lambda name: st.fixed_dictionaries({name: choices[name]}))


_named = st.fixed_dictionaries({"name": names})
_key = st.fixed_dictionaries({"name": names, "key": names}, optional={"optional": st.booleans()})
_variable_names = st.sampled_from(["HOME", "PROMETHEUS_URL", "LOG_LEVEL", "MCP_PORT", "ZULIP_SITE", "my.var"])
_port = st.integers(1, 65535)


def _with(base: st.SearchStrategy[dict[str, Any]], more: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[Any]:
    return st.builds(lambda left, right: {**left, **right}, base, more)


# Pieces of which the apiserver takes one choice alone. These are given beside random ones.
volumes = _with(
    _named,
    _one_of(
        emptyDir=st.fixed_dictionaries({}, optional={"sizeLimit": quantities, "medium": st.just("Memory")}),
        configMap=_named,
        secret=st.fixed_dictionaries({"secretName": names}),
        persistentVolumeClaim=st.fixed_dictionaries({"claimName": names}),
    ),
)
variables = _with(
    st.fixed_dictionaries({"name": _variable_names}),
    _one_of(value=text, valueFrom=_one_of(secretKeyRef=_key, configMapKeyRef=_key)),
)
sources = _one_of(secretRef=_named, configMapRef=_named)
probes = _with(
    _one_of(
        httpGet=st.fixed_dictionaries({"path": st.just("/health"), "port": _port}),
        tcpSocket=st.fixed_dictionaries({"port": _port}),
        exec=st.fixed_dictionaries({"command": st.just(["true"])}),
    ),
    st.fixed_dictionaries({}, optional={"periodSeconds": st.integers(1, 60), "failureThreshold": st.integers(1, 5)}),
)
_containers = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["bot", "mcp-kubernetes", "debug"])},
        optional={
            "image": st.just("example.com/debug:1"),
            "env": st.lists(variables, max_size=2, unique_by=lambda one: str(one["name"])),
            "resources": st.fixed_dictionaries({"limits": st.fixed_dictionaries({"cpu": quantities | st.none()})}),
            "$patch": st.just("delete"),
        },
    ),
    max_size=2,
    unique_by=lambda one: str(one["name"]),
)
patches = st.fixed_dictionaries(
    {},
    optional={
        "containers": _containers,
        "initContainers": _containers,
        "volumes": st.lists(volumes, max_size=2, unique_by=lambda one: str(one["name"])),
        "nodeSelector": labels | st.none(),
        "terminationGracePeriodSeconds": st.integers(0, 120) | st.none(),
        "hostNetwork": st.booleans(),
        "runtimeClassName": names,
        "securityContext": st.none(),
    },
)
