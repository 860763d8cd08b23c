"""Every reason of a condition or an Event, with its meaning. They are part of the API; messages are not.

The tables of `docs/status.md` are generated from here (`make crds`). To add a reason: add it to `Reason`, and to the
condition and status that give it below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Self

from ritsuko_api.conditions import BotCondition, SidecarCondition, Status


class Reason(StrEnum):
    """One CamelCase word for programs. `meaning` is one sentence for people, in Markdown."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    # of a RitsukoBot
    READY = (
        "Ready",
        "A bot is connected to Zulip and every required server completed the MCP handshake; a sidecar completed it "
        "with every bot that uses it.",
    )
    SUSPENDED = (
        "Suspended",
        "No pod runs: `suspend` is true, or `replicas` is 0 (the Deployment's own, where an autoscaler sets it).",
    )
    INVALID_SPEC = (
        "InvalidSpec",
        "The schema accepted the resource, but it cannot be used, or the apiserver rejects a pod with the sidecar.",
    )
    OPERATOR_FAILED = (
        "OperatorFailed",
        "A bug in the operator, triggered by this bot: report it with the operator's log. The operator retries.",
    )
    NAME_TAKEN = "NameTaken", "An object with the name of one of the bot's objects belongs to somebody else."
    APPLY_REFUSED = "ApplyRefused", "The apiserver rejected an object of the bot, and a retry will not help by itself."
    APPLY_FAILED = (
        "ApplyFailed",
        "The apiserver rejected an object of the bot for now, for example for lack of permissions; the operator "
        "retries.",
    )
    IMMUTABLE_FIELD = (
        "ImmutableField",
        "A field that cannot be changed would have to change, for example in a ConfigMap with `immutable: true`: "
        "delete the object and the operator creates it again.",
    )
    CREDENTIALS_MISSING = "CredentialsMissing", "The Secret with the Zulip credentials, or one of its keys, is missing."
    CONNECTED = "Connected", "The bot is connected to Zulip."
    NOT_CONNECTED = "NotConnected", "The bot is not connected to Zulip; the message is the bot's own."
    BOT_NOT_RUNNING = "BotNotRunning", "The bot's container cannot run; the message says why."
    BOT_STARTING = "BotStarting", "The bot's container is starting."
    NO_REPORT = (
        "NoReport",
        "The bot has not reported yet, or not from a pod that is ready now. A report that was removed is rewritten "
        "within two minutes.",
    )
    LOADED = "Loaded", "The bot runs the latest `mcp.json`."
    CONFIG_REFUSED = "ConfigRefused", "The bot rejected `mcp.json` and keeps running the last valid one."
    CONFIG_PENDING = "ConfigPending", "The bot has not loaded the latest `mcp.json` yet."
    ALL_READY = "AllReady", "Every sidecar completed the MCP handshake."
    NO_SIDECARS = "NoSidecars", "No McpSidecar belongs to the bot."
    SIDECARS_FAILED = "SidecarsFailed", "A server does not work."
    SIDECARS_STARTING = "SidecarsStarting", "A server is not ready yet."
    OPTIONAL_LEFT_OUT = "OptionalLeftOut", "An optional sidecar did not start; the bot runs without it."
    SIDECARS_NOT_ACCEPTED = (
        "SidecarsNotAccepted",
        "A sidecar cannot run together with the others; the bot runs without it.",
    )
    SETTLED = "Settled", "All objects match the spec."
    PROGRESSING = "Progressing", "No action is needed."
    STALLED = "Stalled", "The change cannot go on; the condition Stalled says why."
    ROLLING_OUT = "RollingOut", "A rollout is in progress."
    PODS_REFUSED = "PodsRefused", "A pod cannot be created, for example because of a quota."
    ROLLOUT_FAILING = "RolloutFailing", "The new pod has a problem; an older one may still answer."
    ROLLOUT_PAUSED = (
        "RolloutPaused",
        "Somebody paused the rollout (`kubectl rollout pause`) and a change is waiting; the message says how to resume "
        "it.",
    )
    ROLLOUT_STUCK = "RolloutStuck", "The new pod did not become available within five minutes."
    DEPLOYMENT_ENDING = (
        "DeploymentEnding",
        "Somebody deleted the Deployment, and it is not gone yet; the operator creates it again when it is. Stalled "
        "has this reason once a finalizer has held it for two minutes.",
    )

    # of a McpSidecar
    ACCEPTED = "Accepted", "At least one bot uses the sidecar."
    BOT_NOT_FOUND = "BotNotFound", "No RitsukoBot has the name in `botRef`, or it is being deleted."
    NO_BOT = "NoBot", "There is no `botRef`, and no bot's selector matches the sidecar."
    BOT_NOT_VALID = "BotNotValid", "The spec of its bot cannot be used."
    DISABLED = "Disabled", "The sidecar is disabled (`enabled: false`)."
    MCP_DISABLED = "McpDisabled", "MCP is disabled for the whole bot (`mcpSidecars.enabled: false`)."
    INCOMPLETE = "Incomplete", "The resource lacks a field that it needs."
    PORT_TAKEN = "PortTaken", "Another container of the pod has the port; of two sidecars the older one keeps it."
    PORT_NAME_TAKEN = "PortNameTaken", "Another container of the pod has the port's name; the older sidecar keeps it."
    VOLUME_TAKEN = "VolumeTaken", "Another volume of the pod has the name."
    VOLUME_MISSING = "VolumeMissing", "A mount names a volume that does not exist."
    STARTING = "Starting", "Its container is starting, or the MCP handshake is not complete yet."
    FAILED = "Failed", "It does not work; the message says why and what to do."
    LEFT_OUT = "LeftOut", "It is optional and did not start: the pod runs without it."
    NOT_ACCEPTED = "NotAccepted", "It cannot run in this pod."

    # of Events alone
    REPAIRED = "Repaired", "Somebody changed or deleted an object of the bot, and the operator restored it."
    SIDECAR_LEFT_OUT = "SidecarLeftOut", "An optional sidecar did not start and is left out of the pod."


ByStatus = Mapping[Status, Sequence[Reason]]

_STALLED = (
    Reason.INVALID_SPEC,
    Reason.OPERATOR_FAILED,
    Reason.NAME_TAKEN,
    Reason.APPLY_REFUSED,
    Reason.IMMUTABLE_FIELD,
)
_NO_REPORT = (Reason.BOT_STARTING, Reason.NO_REPORT)

BOT_REASONS: Mapping[BotCondition, ByStatus] = {
    BotCondition.READY: {
        "True": (Reason.READY,),
        "False": (
            Reason.SUSPENDED,
            *_STALLED,
            Reason.CREDENTIALS_MISSING,
            Reason.NOT_CONNECTED,
            Reason.BOT_NOT_RUNNING,
            *_NO_REPORT,
            Reason.CONFIG_REFUSED,
            Reason.SIDECARS_FAILED,
            Reason.SIDECARS_STARTING,
        ),
    },
    BotCondition.RECONCILING: {
        "True": (
            Reason.APPLY_FAILED,
            Reason.CREDENTIALS_MISSING,
            Reason.DEPLOYMENT_ENDING,
            Reason.PODS_REFUSED,
            Reason.ROLLOUT_FAILING,
            Reason.ROLLING_OUT,
            Reason.CONFIG_PENDING,
        ),
        "False": (Reason.SETTLED, Reason.STALLED),
    },
    BotCondition.STALLED: {
        "True": (*_STALLED, Reason.ROLLOUT_PAUSED, Reason.DEPLOYMENT_ENDING, Reason.ROLLOUT_STUCK),
        "False": (Reason.PROGRESSING,),
    },
    BotCondition.ZULIP_CONNECTED: {
        "True": (Reason.CONNECTED,),
        "False": (Reason.SUSPENDED, Reason.CREDENTIALS_MISSING, Reason.NOT_CONNECTED, Reason.BOT_NOT_RUNNING),
        "Unknown": _NO_REPORT,
    },
    BotCondition.CONFIG_LOADED: {
        "True": (Reason.LOADED,),
        "False": (Reason.SUSPENDED, Reason.CONFIG_REFUSED, Reason.CONFIG_PENDING, Reason.BOT_NOT_RUNNING),
        "Unknown": _NO_REPORT,
    },
    BotCondition.SIDECARS_READY: {
        "True": (Reason.ALL_READY, Reason.NO_SIDECARS, Reason.MCP_DISABLED),
        "False": (
            Reason.SUSPENDED,
            Reason.SIDECARS_FAILED,
            Reason.SIDECARS_STARTING,
            Reason.OPTIONAL_LEFT_OUT,
            Reason.SIDECARS_NOT_ACCEPTED,
        ),
    },
}

_NOT_ACCEPTED = (
    Reason.BOT_NOT_FOUND,
    Reason.NO_BOT,
    Reason.BOT_NOT_VALID,
    Reason.DISABLED,
    Reason.MCP_DISABLED,
    Reason.INCOMPLETE,
    Reason.INVALID_SPEC,
    Reason.PORT_TAKEN,
    Reason.PORT_NAME_TAKEN,
    Reason.VOLUME_TAKEN,
    Reason.VOLUME_MISSING,
)

SIDECAR_REASONS: Mapping[SidecarCondition, ByStatus] = {
    SidecarCondition.ACCEPTED: {"True": (Reason.ACCEPTED,), "False": _NOT_ACCEPTED},
    SidecarCondition.READY: {
        "True": (Reason.READY,),
        "False": (
            Reason.SUSPENDED,
            Reason.STARTING,
            Reason.FAILED,
            Reason.LEFT_OUT,
            Reason.NOT_ACCEPTED,
            *_NOT_ACCEPTED,
        ),
    },
}

EVENT_REASONS: Sequence[Reason] = (Reason.REPAIRED, Reason.SIDECAR_LEFT_OUT)
