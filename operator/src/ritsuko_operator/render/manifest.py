"""What all manifests of a bot have in common: its labels, its ownership and how children are named."""

from __future__ import annotations

from typing import Any

from ritsuko_api import API_VERSION
from ritsuko_api.bot import KIND, RitsukoBot

Manifest = dict[str, Any]

BOT_NAMESPACE_LABEL = "ritsuko.dev/bot-namespace"
BOT_NAME_LABEL = "ritsuko.dev/bot-name"


def selector(bot: RitsukoBot) -> dict[str, str]:
    """The labels that tell the bot's pods from all others. They can never change."""
    return {
        "app.kubernetes.io/name": "ritsuko",
        "app.kubernetes.io/instance": bot.metadata.name,
        "app.kubernetes.io/component": "bot",
    }


def labels(bot: RitsukoBot) -> dict[str, str]:
    """The labels of everything that is made for the bot."""
    return {**selector(bot), "app.kubernetes.io/managed-by": "ritsuko-operator"}


def metadata(bot: RitsukoBot, name: str) -> Manifest:
    """The metadata of a child in the bot's namespace: it goes when the bot goes.

    `blockOwnerDeletion` is left out: it would take a right on the bot's finalizers, and nothing waits for children.
    """
    return {
        "name": name,
        "namespace": bot.metadata.namespace,
        "labels": labels(bot),
        "ownerReferences": [
            {
                "apiVersion": API_VERSION,
                "kind": KIND,
                "name": bot.metadata.name,
                "uid": bot.metadata.uid,
                "controller": True,
            }
        ],
    }


def cluster_metadata(bot: RitsukoBot, name: str) -> Manifest:
    """The metadata of a cluster-wide child, which cannot have an owner in a namespace: labels say whose it is."""
    whose = {BOT_NAMESPACE_LABEL: bot.metadata.namespace, BOT_NAME_LABEL: bot.metadata.name}
    return {"name": name, "labels": labels(bot) | whose}


def service_account_name(bot: RitsukoBot) -> str:
    """The ServiceAccount that the bot's pod runs as."""
    return bot.spec.service_account.name or bot.metadata.name


def config_map_name(bot: RitsukoBot) -> str:
    """The ConfigMap with `mcp.json`."""
    return f"{bot.metadata.name}-mcp"


def container_name(sidecar: str) -> str:
    """The name of the container that a sidecar runs in."""
    return f"mcp-{sidecar}"


def token_secret_name(bot: RitsukoBot) -> str:
    """The Secret with the bearer tokens, a key for each server and generation."""
    return f"{bot.metadata.name}-mcp-tokens"


def header_secret_name(bot: RitsukoBot) -> str:
    """The Secret with the values of remote servers' headers, a key for each."""
    return f"{bot.metadata.name}-mcp-headers"
