"""The Deployment: the bot's container, and one for each sidecar that runs in its pod."""

from __future__ import annotations

from typing import Any

from ritsuko_api.bot import HTTP_PORT, RitsukoBot
from ritsuko_api.sidecar import McpSidecar, Transport
from ritsuko_operator.render import security
from ritsuko_operator.render.bridge import bridge_container, bridged_command
from ritsuko_operator.render.context import RenderContext
from ritsuko_operator.render.environment import bot_environment, sidecar_environment
from ritsuko_operator.render.images import bot_image, sidecar_image
from ritsuko_operator.render.lifecycle import grace_period, sidecar_lifecycle
from ritsuko_operator.render.manifest import Manifest, container_name, metadata, selector, service_account_name
from ritsuko_operator.render.mounts import sidecar_mounts
from ritsuko_operator.render.pod_metadata import pod_annotations, pod_labels
from ritsuko_operator.render.pod_template import BOT_CONTAINER, patched
from ritsuko_operator.render.presets import port_name_of, port_of
from ritsuko_operator.render.probes import sidecar_probes
from ritsuko_operator.render.select import SidecarSelection
from ritsuko_operator.render.templating import from_template
from ritsuko_operator.render.volumes import bot_mounts, pod_volumes

_BOT_RESOURCES = {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "512Mi"}}
_SIDECAR_RESOURCES = {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "200m", "memory": "256Mi"}}


def deployment(bot: RitsukoBot, selection: SidecarSelection, context: RenderContext) -> Manifest:
    """The Deployment. Its pod template changes only when a container, a mount or a variable must.

    Raises `RenderError` if something of the user's cannot be in the pod.
    """
    spec = bot.spec
    sidecars = selection.in_pod(context.left_out)
    containers = [(sidecar.spec.native, _sidecar_container(bot, sidecar, context)) for sidecar in sidecars]
    manifest = from_template(
        "deployment.yaml.j2",
        metadata=metadata(bot, bot.metadata.name),
        replicas=_replicas(bot, context),
        selector=selector(bot),
        pod_labels=pod_labels(bot),
        pod_annotations=pod_annotations(bot, context),
        service_account=service_account_name(bot),
        grace_period=grace_period(bot),
        spec=spec.model_dump(by_alias=True, mode="json"),
        security_context=security.POD if spec.pod_security_context is None else spec.pod_security_context,
        bot=_bot_container(bot, selection, context),
        bridge=bridge_container(bot, sidecars, context),
        native_sidecars=[container for native, container in containers if native],
        sidecars=[container for native, container in containers if not native],
        volumes=pod_volumes(bot, selection, context),
    )
    manifest["spec"]["template"] = patched(bot, manifest["spec"]["template"], _absent(selection, context))
    return manifest


def _absent(selection: SidecarSelection, context: RenderContext) -> set[str]:
    """The names of the containers that sidecars would have if they ran."""
    return {container_name(name) for name in (*context.left_out, *(refusal.name for refusal in selection.refused))}


def _replicas(bot: RitsukoBot, context: RenderContext) -> int | None:
    """None where somebody else decides; suspended is suspended no matter who decides."""
    if bot.spec.suspend:
        return 0
    return None if context.scaled_to is not None else bot.spec.replicas


def _bot_container(bot: RitsukoBot, selection: SidecarSelection, context: RenderContext) -> dict[str, Any]:
    spec = bot.spec
    return {
        "name": BOT_CONTAINER,
        "image": bot_image(bot, context),
        "env": bot_environment(bot, selection, context),
        "port": HTTP_PORT,
        "resources": _BOT_RESOURCES if spec.resources is None else spec.resources,
        "security_context": security.CONTAINER if spec.security_context is None else spec.security_context,
        "mounts": bot_mounts(bot, selection),
    }


def _sidecar_container(bot: RitsukoBot, sidecar: McpSidecar, context: RenderContext) -> dict[str, Any]:
    spec, defaults = sidecar.spec, bot.spec.mcp_sidecars.defaults
    bridged = spec.transport is Transport.STDIO
    return {
        "name": sidecar.metadata.name,
        "image": sidecar_image(sidecar, context),
        "pull_policy": spec.image_pull_policy or defaults.image_pull_policy,
        "restart_policy": "Always" if spec.native else None,  # which is what makes an init container a native sidecar
        "command": bridged_command(sidecar) if bridged else spec.command,
        "args": None if bridged else spec.args,
        "env": sidecar_environment(bot, sidecar, context),
        "port": port_of(sidecar),
        "port_name": port_name_of(sidecar),
        "probes": sidecar_probes(sidecar)._asdict(),
        "lifecycle": sidecar_lifecycle(bot, sidecar),
        "resources": _first(spec.resources, defaults.resources, _SIDECAR_RESOURCES),
        "security_context": _first(spec.security_context, defaults.security_context, security.CONTAINER),
        "mounts": sidecar_mounts(sidecar),
        "spec": spec.model_dump(by_alias=True, mode="json", include={"working_dir", "env_from"}),
    }


def _first(*choices: dict[str, Any] | None) -> dict[str, Any]:
    return next(choice for choice in choices if choice is not None)
