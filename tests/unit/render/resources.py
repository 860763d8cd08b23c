"""Bots and sidecars for tests of rendering."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.sidecar import McpSidecar
from ritsuko_operator.render import RenderContext, SidecarSelection, accept, render, tokens

# How long one example takes says more of what else the machine does than of rendering.
unhurried = settings(deadline=None)


def bot(**spec: Any) -> RitsukoBot:
    return RitsukoBot.model_validate(
        {
            "metadata": {"name": "ritsuko", "namespace": "ops", "uid": "1"},
            "spec": {"zulip": {"credentialsSecret": {"name": "zulip"}}, **spec},
        }
    )


def sidecar(name: str, *, created: str = "2026-01-01T00:00:00Z", **spec: Any) -> McpSidecar:
    return McpSidecar.model_validate(
        {
            "metadata": {"name": name, "namespace": "ops", "creationTimestamp": created},
            "spec": {"botRef": {"name": "ritsuko"}, **spec},
        }
    )


def context(selection: SidecarSelection, **others: Any) -> RenderContext:
    ours = {"tokens": {name: {1: f"of-{name}"} for name in tokens.servers_with_token(selection)}}
    return RenderContext("0.1.0", **({"impersonator_name": "ritsuko-impersonator"} | ours | others))


def rendered(bot: RitsukoBot, *sidecars: McpSidecar, **others: Any) -> dict[str, Any]:
    """The manifests by kind."""
    selection = accept(bot, sidecars)
    return {manifest["kind"]: manifest for manifest in render(bot, selection, context(selection, **others))}


def containers(manifests: dict[str, Any]) -> dict[str, Any]:
    """The containers of the Deployment by name."""
    return {one["name"]: one for one in manifests["Deployment"]["spec"]["template"]["spec"]["containers"]}
