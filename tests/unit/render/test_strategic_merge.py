"""A strategic merge patch does what `kubectl patch` would do."""

import json
import subprocess
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ritsuko_operator.render import RenderError
from ritsuko_operator.render.strategic_merge import merged
from tests.cluster import binaries
from tests.unit.render.resources import bot, rendered, unhurried

TEMPLATE = {
    "metadata": {"labels": {"app": "bot"}},
    "spec": {
        "serviceAccountName": "bot",
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "tolerations": [{"key": "a"}],
        "volumes": [{"name": "config", "configMap": {"name": "c"}}, {"name": "tmp", "emptyDir": {}}],
        "containers": [
            {
                "name": "bot",
                "image": "bot:1",
                "args": ["serve"],
                "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                "ports": [{"name": "http", "containerPort": 8080}],
                "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
            },
            {"name": "mcp", "image": "mcp:1"},
        ],
    },
}


def patched(**spec: Any) -> dict[str, Any]:
    return merged(TEMPLATE, {"spec": spec}, "podTemplate")["spec"]


def test_a_container_is_found_by_its_name_and_its_variables_by_theirs() -> None:
    env = [{"name": "B", "value": "two"}, {"name": "C", "value": "3"}]
    bot, mcp = patched(containers=[{"name": "bot", "env": env}])["containers"]
    assert (bot["image"], mcp) == ("bot:1", {"name": "mcp", "image": "mcp:1"})
    assert {one["name"]: one["value"] for one in bot["env"]} == {"A": "1", "B": "two", "C": "3"}


def test_other_lists_are_replaced() -> None:
    after = patched(tolerations=[{"key": "b"}], containers=[{"name": "bot", "args": ["--help"]}])
    assert after["tolerations"] == [{"key": "b"}]
    assert after["containers"][0]["args"] == ["--help"]


def test_null_and_delete_take_away() -> None:
    after = patched(
        serviceAccountName=None,
        securityContext={"$patch": "delete"},
        containers=[{"name": "mcp", "$patch": "delete"}],
        volumes=[{"name": "tmp", "emptyDir": None, "persistentVolumeClaim": {"claimName": "big"}}],
    )
    assert "serviceAccountName" not in after
    assert not after["securityContext"]
    assert [one["name"] for one in after["containers"]] == ["bot"]
    assert {"name": "tmp", "persistentVolumeClaim": {"claimName": "big"}} in after["volumes"]


def test_replace_keeps_nothing_and_retain_keys_what_it_names() -> None:
    after = patched(
        securityContext={"$patch": "replace", "runAsUser": 1},
        containers=[{"$patch": "replace"}, {"name": "only", "image": "x"}],
        volumes=[{"name": "tmp", "$retainKeys": ["name", "hostPath"], "hostPath": {"path": "/x"}}],
    )
    assert after["securityContext"] == {"runAsUser": 1}
    assert after["containers"] == [{"name": "only", "image": "x"}]
    assert {"name": "tmp", "hostPath": {"path": "/x"}} in after["volumes"]


def test_neither_the_template_nor_the_patch_is_changed() -> None:
    patch = {"spec": {"containers": [{"name": "bot", "env": [{"name": "A", "value": None}]}], "volumes": None}}
    before = json.dumps([TEMPLATE, patch])
    merged(TEMPLATE, patch, "podTemplate")
    assert json.dumps([TEMPLATE, patch]) == before


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"containers": [{"image": "x"}]}, "podTemplate.spec.containers: the list is merged by `name`"),
        ({"containers": ["bot"]}, "merged by `name`"),
        ({"containers": [{"name": "bot", "$patch": "remove"}]}, "remove is unknown: use `delete` or `replace`"),
        ({"securityContext": {"$patch": "merge"}}, "podTemplate.spec.securityContext.*merge is unknown"),
        ({"$setElementOrder/containers": []}, "setElementOrder/containers is not supported"),
        ({"volumes": [{"name": "tmp", "$retainKeys": ["name"], "hostPath": {}}]}, "list of all other fields"),
    ],
)
def test_a_patch_that_means_nothing_is_refused(spec: dict[str, Any], message: str) -> None:
    with pytest.raises(RenderError, match=message):
        patched(**spec)


WORDS = ["name", "containers", "env", "ports", "containerPort", "volumes", "securityContext", "$patch", "$retainKeys"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers(1, 3) | st.sampled_from([*WORDS, "bot", "delete", "replace"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=3),
    max_leaves=12,
)


@unhurried
@given(spec=st.dictionaries(st.sampled_from(WORDS), anything, max_size=4))
def test_a_patch_of_any_shape_is_merged_or_refused(spec: dict[str, Any]) -> None:
    with suppress(RenderError):  # and nothing else
        pod = rendered(bot(podTemplate={"spec": spec}))["Deployment"]["spec"]["template"]["spec"]
        assert "bot" in [container["name"] for container in pod["containers"]]


NAMES = st.sampled_from("abcd")
TEXT = st.sampled_from(["x", "y"])


def listed(by: str, keys: st.SearchStrategy[Any], fields: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[Any]:
    entries = st.builds(lambda key, entry: {by: key, **entry}, keys, fields)
    return st.lists(entries, max_size=4, unique_by=lambda entry: entry[by])


def with_nulls(fields: dict[str, st.SearchStrategy[Any]]) -> dict[str, st.SearchStrategy[Any]]:
    return {name: values | st.none() for name, values in fields.items()}


def templates(*, patch: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Pod templates, or patches of them."""
    some = with_nulls if patch else dict[str, st.SearchStrategy[Any]]

    def fields(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries({}, optional=some(fields))

    def merging(by: str, keys: st.SearchStrategy[Any], entry: st.SearchStrategy[dict[str, Any]]) -> Any:
        gone = st.just({"$patch": "delete"})
        return listed(by, keys, entry | gone if patch else entry)

    context = fields(runAsUser=st.integers(1, 2), seLinuxOptions=fields(level=TEXT, role=TEXT))
    container = fields(
        image=TEXT,
        args=st.lists(TEXT, max_size=2),
        env=merging("name", NAMES, fields(value=TEXT)),
        ports=merging("containerPort", st.integers(1, 3), fields(name=TEXT)),
        volumeMounts=merging("mountPath", st.sampled_from(["/a", "/b"]), fields(name=NAMES, subPath=TEXT)),
        securityContext=context,
    )
    spec = fields(
        containers=merging("name", NAMES, container),
        initContainers=merging("name", NAMES, container),
        volumes=merging("name", NAMES, fields(emptyDir=fields(medium=TEXT), hostPath=fields(path=TEXT))),
        imagePullSecrets=merging("name", NAMES, st.just({})),
        topologySpreadConstraints=merging("topologyKey", NAMES, fields(maxSkew=st.integers(1, 2))),
        tolerations=st.lists(fields(key=TEXT, value=TEXT), max_size=2),
        nodeSelector=st.dictionaries(NAMES, TEXT | st.none() if patch else TEXT, max_size=2),
        securityContext=fields(runAsUser=st.integers(1, 2), seLinuxOptions=fields(level=TEXT)),
        priorityClassName=TEXT,
    )
    labels = st.dictionaries(NAMES, TEXT, max_size=2)
    return st.fixed_dictionaries({"metadata": st.fixed_dictionaries({"labels": labels}), "spec": spec})


def without_what_is_empty(value: Any) -> Any:
    """kubectl leaves out some empty maps and not others.

    It also forgets to take directives out of an entry that is new to its list.
    """
    if isinstance(value, dict):
        kept = {key: without_what_is_empty(entry) for key, entry in value.items()}
        return {key: entry for key, entry in kept.items() if entry not in ({}, [], None, "")}
    if isinstance(value, list):
        return [without_what_is_empty(one) for one in value if not (isinstance(one, dict) and "$patch" in one)]
    return value


@pytest.mark.controlplane
@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])  # a kubectl takes its time
@given(originals=st.lists(templates(patch=False), min_size=1, max_size=8), patch=templates(patch=True))
def test_kubectl_merges_the_same(originals: list[dict[str, Any]], patch: dict[str, Any]) -> None:
    pods = [
        {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": f"p{number}"}, "template": template}
        for number, template in enumerate(originals)
    ]
    found = kubectl_patched({"apiVersion": "v1", "kind": "List", "items": pods}, {"template": patch})
    ours = [merged(template, patch, "podTemplate") for template in originals]
    assert [without_what_is_empty(one) for one in ours] == [without_what_is_empty(one["template"]) for one in found]


def kubectl_patched(objects: dict[str, Any], patch: dict[str, Any]) -> list[dict[str, Any]]:
    command = [binaries.kubernetes("kubectl"), "patch", "--local", "-f-", "--type=strategic", "-ojson"]
    done = subprocess.run(
        [*command, "-p", json.dumps(patch)], input=json.dumps(objects), text=True, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    printed, found = done.stdout, list[dict[str, Any]]()
    while printed.strip():
        one, end = json.JSONDecoder().raw_decode(printed.lstrip())
        printed = printed.lstrip()[end:]
        found += one["items"] if one["kind"] == "List" else [one]
    return found
