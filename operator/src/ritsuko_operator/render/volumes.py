"""The pod's volumes, and the mounts of the bot's container."""

from __future__ import annotations

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.sidecar import Transport
from ritsuko_operator.render import mounts, tokens
from ritsuko_operator.render.context import RenderContext
from ritsuko_operator.render.errors import RenderError
from ritsuko_operator.render.manifest import config_map_name, header_secret_name, token_secret_name
from ritsuko_operator.render.mounts import Json
from ritsuko_operator.render.select import SidecarSelection

_RESERVED_PATHS = frozenset({mounts.CONFIG_PATH, mounts.TOKENS_PATH, mounts.HEADERS_PATH, mounts.SERVICE_ACCOUNT_PATH})


def pod_volumes(bot: RitsukoBot, selection: SidecarSelection, context: RenderContext) -> list[Json]:
    """All volumes, each once: two sidecars may bring the same one (`accept` sees to it that it is the same).

    Raises `RenderError` if a volume of the bot's has the name of one of ours.
    """
    for volume in bot.spec.volumes:
        if volume["name"] in mounts.RESERVED_VOLUMES:
            raise RenderError(f"volumes: the name {volume['name']} is reserved for the operator: choose another one")
    ours = [_config(bot), _headers(bot), _service_account()]
    if servers := tokens.servers_with_token(selection):
        items = [{"key": tokens.current_key(server, context), "path": server} for server in servers]
        ours.append({"name": mounts.TOKENS, "secret": {"secretName": token_secret_name(bot), "items": items}})
    if mounts.TMP_PATH not in mounts.mounted_paths(bot.spec.volume_mounts):
        ours.append({"name": mounts.BOT_TMP, "emptyDir": {}})
    sidecars = selection.in_pod(context.left_out)
    if any(sidecar.spec.transport is Transport.STDIO for sidecar in sidecars):
        ours.append({"name": mounts.BRIDGE, "emptyDir": {}})
    brought = [volume for sidecar in sidecars for volume in mounts.sidecar_volumes(sidecar)]
    return list(mounts.by_name([*ours, *bot.spec.volumes, *brought]).values())


def bot_mounts(bot: RitsukoBot, selection: SidecarSelection) -> list[Json]:
    """The mounts of the bot's container.

    Raises `RenderError` if the user's are in the way of ours, or of a volume that there is not.
    """
    known = mounts.by_name(bot.spec.volumes)
    for mount in bot.spec.volume_mounts:
        path = str(mount["mountPath"])
        if path.rstrip("/") in _RESERVED_PATHS:
            raise RenderError(f"volumeMounts: {path} is reserved for the bot's own files: choose another path")
        if mount["name"] not in known:
            raise RenderError(
                f"volumeMounts: the volume {mount['name']} for {path} does not exist: add it to `volumes`"
            )
    ours = [
        {"name": mounts.CONFIG, "mountPath": mounts.CONFIG_PATH, "readOnly": True},
        {"name": mounts.HEADERS, "mountPath": mounts.HEADERS_PATH, "readOnly": True},
        mounts.SERVICE_ACCOUNT_MOUNT,
    ]
    if tokens.servers_with_token(selection):
        ours.append({"name": mounts.TOKENS, "mountPath": mounts.TOKENS_PATH, "readOnly": True})
    ours.append({"name": mounts.BOT_TMP, "mountPath": mounts.TMP_PATH})
    return mounts.with_defaults(bot.spec.volume_mounts, ours)


def _config(bot: RitsukoBot) -> Json:
    return {"name": mounts.CONFIG, "configMap": {"name": config_map_name(bot)}}


def _headers(bot: RitsukoBot) -> Json:
    """There from the beginning, whether or not the Secret is: so the first remote server changes no pod."""
    return {"name": mounts.HEADERS, "secret": {"secretName": header_secret_name(bot), "optional": True}}


def _service_account() -> Json:
    """What `automountServiceAccountToken` would mount into every container, as a volume that each asks for."""
    namespace = {"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}
    return {
        "name": mounts.SERVICE_ACCOUNT,
        "projected": {
            "sources": [
                {"serviceAccountToken": {"path": "token", "expirationSeconds": 3607}},
                {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
                {"downwardAPI": {"items": [namespace]}},
            ]
        },
    }
