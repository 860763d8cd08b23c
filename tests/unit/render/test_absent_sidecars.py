"""What `podTemplate` says of a sidecar that does not run now makes no container of its own."""

from __future__ import annotations

from typing import Any

import pytest

from ritsuko_operator.reconcile.children.rendering import Renderer
from ritsuko_operator.reconcile.cluster import BotKey
from ritsuko_operator.reconcile.memory import Memory
from ritsuko_operator.render import SidecarSelection, accept
from tests.unit.render.resources import bot, containers, context, rendered, sidecar

PATCH: dict[str, Any] = {"name": "mcp-logs", "imagePullPolicy": "Always"}


@pytest.mark.parametrize("kind", ["containers", "initContainers"])
def test_the_patch_waits_until_the_sidecar_runs(kind: str) -> None:
    logs = sidecar("logs", server="logs", native=kind == "initContainers", optional=True)
    patched = bot(podTemplate={"spec": {kind: [PATCH, {"name": "mine", "image": "mine:1"}]}})

    def pod(**others: Any) -> list[str]:
        spec = rendered(patched, logs, **others)["Deployment"]["spec"]["template"]["spec"]
        return [one["name"] for one in spec[kind] if one["name"] != "bot"]

    assert set(pod()) == {"mcp-logs", "mine"}
    assert pod(left_out=frozenset({"logs"})) == ["mine"]


def test_nor_for_one_that_is_not_accepted() -> None:
    patched = bot(podTemplate={"spec": {"containers": [PATCH]}})
    assert "mcp-logs" in containers(rendered(patched, sidecar("logs", server="logs")))
    assert list(containers(rendered(patched, sidecar("logs", server="logs", enabled=False)))) == ["bot"]


def test_what_was_rendered_is_not_remembered_for_other_absent_ones() -> None:
    renderer, patched = Renderer(Memory()), bot(podTemplate={"spec": {"containers": [{**PATCH, "image": "mine:1"}]}})

    def names(selection: SidecarSelection) -> list[str]:
        found = renderer.render(BotKey("ops", "ritsuko"), patched, selection, context(selection)).manifests
        (deployment,) = (manifest for manifest in found if manifest["kind"] == "Deployment")
        return [one["name"] for one in deployment["spec"]["template"]["spec"]["containers"]]

    assert names(accept(patched, [sidecar("logs", server="logs", enabled=False)])) == ["bot"]
    assert set(names(accept(patched, []))) == {"bot", "mcp-logs"}
