"""A child is written when it has to be, and never otherwise."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ritsuko_operator.reconcile.children.diff import covers, differences
from ritsuko_operator.reconcile.children.write_reason import WriteReason, stamped, write_reason

DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "hal", "labels": {"a": "b"}},
    "spec": {
        "replicas": 1,
        "template": {
            "spec": {
                "nodeSelector": {"disk": "ssd"},
                "tolerations": [{"key": "ops", "operator": "Exists"}],
                "containers": [
                    {"name": "bot", "image": "bot:1", "args": ["-v"], "env": [{"name": "A", "value": "1"}]},
                    {"name": "mcp-x", "image": "x:1", "ports": [{"containerPort": 8081, "name": "mcp"}]},
                ],
            }
        },
    },
}

names = st.sampled_from(["name", "env", "containers", "args", "value", "metadata", "x"])
scalars = st.one_of(st.integers(0, 3), st.booleans(), st.text("ab", max_size=2))
documents = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=4)),
    max_leaves=6,
)


def as_the_apiserver_keeps_it(desired: dict[str, Any]) -> dict[str, Any]:
    """With defaults filled in, and the fields of other writers."""
    live = copy.deepcopy(desired)
    live["metadata"] |= {
        "uid": "1",
        "resourceVersion": "9",
        "annotations": {**desired["metadata"]["annotations"], "o": "p"},
    }
    live["status"] = {"replicas": 1}
    pod = live["spec"]["template"]["spec"]
    pod["restartPolicy"] = "Always"
    pod["containers"][1]["ports"][0]["protocol"] = "TCP"
    pod["containers"].append({"name": "injected", "image": "other:1"})
    pod["containers"][0]["env"].insert(0, {"name": "SET_BY_HAND", "value": "yes"})
    live["spec"]["template"]["metadata"] = {"annotations": {"kubectl.kubernetes.io/restartedAt": "now"}}
    return live


def test_nothing_is_written_when_the_live_object_says_it_all_and_more() -> None:
    desired = stamped(DEPLOYMENT)
    assert write_reason(desired, as_the_apiserver_keeps_it(desired)) is None


def test_an_absent_child_is_written() -> None:
    assert write_reason(stamped(DEPLOYMENT), None) is WriteReason.ABSENT


def test_a_field_that_is_rendered_no_longer_is_taken_away() -> None:
    live = as_the_apiserver_keeps_it(stamped(DEPLOYMENT))
    after = copy.deepcopy(DEPLOYMENT)
    del after["spec"]["template"]["spec"]["nodeSelector"]
    assert write_reason(stamped(after), live) is WriteReason.OUTDATED


def test_a_container_that_is_rendered_no_longer_is_taken_away() -> None:
    live = as_the_apiserver_keeps_it(stamped(DEPLOYMENT))
    after = copy.deepcopy(DEPLOYMENT)
    del after["spec"]["template"]["spec"]["containers"][1]
    assert write_reason(stamped(after), live) is WriteReason.OUTDATED


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("spec", "replicas"), 5),
        (("spec", "template", "spec", "containers", 0, "image"), "evil:1"),
        (("spec", "template", "spec", "containers", 0, "args"), ["-v", "--more"]),
        (("spec", "template", "spec", "containers", 0, "env", 1, "value"), "2"),
        (("spec", "template", "spec", "tolerations"), [{"key": "ops", "operator": "Exists"}, {"operator": "Exists"}]),
        (("metadata", "labels", "a"), "c"),
    ],
)
def test_what_somebody_else_changed_is_drift(path: tuple[Any, ...], value: Any) -> None:
    desired = stamped(DEPLOYMENT)
    live = as_the_apiserver_keeps_it(desired)
    place: Any = live
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    assert write_reason(desired, live) is WriteReason.DRIFTED


def test_a_rule_that_somebody_added_to_a_role_is_drift() -> None:
    role = {"metadata": {"name": "hal"}, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}
    desired = stamped(role)
    live = copy.deepcopy(desired)
    live["rules"].append({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]})
    assert write_reason(desired, live) is WriteReason.DRIFTED


def test_a_port_that_somebody_opened_in_a_network_policy_is_drift() -> None:
    ports = [{"port": "http", "protocol": "TCP"}]
    desired = stamped({"metadata": {}, "spec": {"ingress": [{"ports": ports}]}})
    assert write_reason(desired, desired) is None
    live = {**desired, "spec": {"ingress": [{"ports": [*ports, {"port": 22, "protocol": "TCP"}]}]}}
    assert write_reason(desired, live) is WriteReason.DRIFTED


def test_a_deviation_names_the_field_and_what_it_says() -> None:
    desired = stamped(DEPLOYMENT)
    live = as_the_apiserver_keeps_it(desired)
    assert list(differences(live, desired)) == []
    live["spec"]["template"]["spec"]["containers"].reverse()
    live["spec"]["template"]["spec"]["containers"][2]["image"] = "mirror/bot:1"
    live["spec"]["template"]["spec"]["tolerations"].append({"operator": "Exists"})
    del live["metadata"]["annotations"]["ritsuko.dev/manifest-hash"]
    del live["metadata"]["labels"]
    assert dict(differences(live, desired)) == {
        "metadata.annotations[ritsuko.dev/manifest-hash]": None,
        "metadata.labels.a": None,
        "spec.template.spec.containers[bot].image": "mirror/bot:1",
        "spec.template.spec.tolerations": live["spec"]["template"]["spec"]["tolerations"],
    }


def test_the_hash_does_not_depend_on_the_order_of_keys() -> None:
    turned = {key: DEPLOYMENT[key] for key in reversed(DEPLOYMENT)}
    assert stamped(turned) == stamped(DEPLOYMENT)


@settings(max_examples=60)
@given(documents)
def test_everything_covers_itself(document: Any) -> None:
    assert covers(document, copy.deepcopy(document))


@settings(max_examples=60)
@given(st.dictionaries(names, documents, max_size=4), st.dictionaries(st.sampled_from(["p", "q"]), documents))
def test_more_fields_still_cover(document: dict[str, Any], more: dict[str, Any]) -> None:
    assert covers({**document, **more}, document)


@settings(max_examples=60)
@given(st.dictionaries(names, documents, min_size=1, max_size=4), st.data())
def test_a_missing_or_other_field_does_not_cover(document: dict[str, Any], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(document)))
    assert not covers({name: value for name, value in document.items() if name != key}, document)
    assert not covers({**document, key: "something else"}, document)


@settings(max_examples=60)
@given(st.lists(st.dictionaries(names, scalars, max_size=3), max_size=4), documents)
def test_covering_never_fails_whatever_the_shapes_are(desired: Any, live: Any) -> None:
    covers(live, desired, "containers")
    covers(live, desired, "ports")


@settings(max_examples=60)
@given(documents, documents)
def test_there_is_a_deviation_exactly_where_something_is_not_covered(desired: Any, live: Any) -> None:
    for field in ("", "containers", "ports"):
        assert bool(list(differences(live, desired, field))) is not covers(live, desired, field)
