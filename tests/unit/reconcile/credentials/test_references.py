"""Which Secrets a bot's pod reads as environment."""

from typing import Any

import pytest

from ritsuko_operator.reconcile.credentials.references import secret_uses
from tests.unit.render.resources import bot, sidecar


def test_what_a_patch_of_the_pod_template_reads_is_among_it() -> None:
    container = {
        "name": "bot",
        "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "one", "key": "a"}}}],
        "envFrom": [{"secretRef": {"name": "all"}}],
    }
    for where in ("containers", "initContainers"):
        desired = secret_uses(bot(podTemplate={"spec": {where: [container]}}), [])
        assert desired.keys() == {"zulip", "one", "all"}
        assert (desired["one"].keys, desired["all"].everything) == ({"a"}, True)


def test_what_all_sidecars_read_counts_only_where_there_is_one() -> None:
    shared = bot(mcpSidecars={"defaults": {"env": [variable("shared")]}})
    assert secret_uses(shared, []).keys() == {"zulip"}
    assert secret_uses(shared, [sidecar("logs", env=[variable("own")])]).keys() == {"zulip", "own", "shared"}


def variable(secret: str) -> dict[str, Any]:
    return {"name": "A", "valueFrom": {"secretKeyRef": {"name": secret, "key": "a"}}}


@pytest.mark.parametrize(
    "spec",
    [
        {"containers": None},
        {"containers": "bot"},
        {"containers": ["bot", {"name": "bot", "env": {"A": "1"}}]},
        {
            "containers": [
                {"name": "bot", "env": [None, {"name": "A", "valueFrom": "x"}], "envFrom": [{"secretRef": 1}]}
            ]
        },
        {"containers": [{"name": "bot", "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"key": "a"}}}]}]},
        {"containers": [{"name": "bot", "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"key": 1, "name": 2}}}]}]},
    ],
)
def test_a_patch_of_any_shape_is_looked_through(spec: dict[str, Any]) -> None:
    assert secret_uses(bot(podTemplate={"spec": spec}), []).keys() == {"zulip"}
