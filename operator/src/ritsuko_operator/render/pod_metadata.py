"""Labels and annotations of the bot's pods."""

from __future__ import annotations

import hashlib
import json

from ritsuko_api import GROUP
from ritsuko_api.bot import RitsukoBot
from ritsuko_operator.render.context import RenderContext
from ritsuko_operator.render.errors import RenderError
from ritsuko_operator.render.manifest import labels

SECRETS_ANNOTATION = f"{GROUP}/secrets-hash"


def pod_labels(bot: RitsukoBot) -> dict[str, str]:
    """Ours and the user's; raises `RenderError` where the user's would hide the pods from us."""
    ours = labels(bot)
    for name in bot.spec.pod_labels:
        if name in ours:
            raise RenderError(f"podLabels: the label {name} selects the bot's pods: remove it")
    return {**bot.spec.pod_labels, **ours}


def pod_annotations(bot: RitsukoBot, context: RenderContext) -> dict[str, str]:
    """The user's, and a hash of what the containers read from users' Secrets as environment: a change rolls the pod."""
    for name in bot.spec.pod_annotations:
        if name.startswith(f"{GROUP}/"):
            raise RenderError(f"podAnnotations: {name} is reserved for the operator: remove it")
    digest = hashlib.sha256(json.dumps(dict(context.secret_hashes), sort_keys=True).encode()).hexdigest()[:16]
    return {**bot.spec.pod_annotations, SECRETS_ANNOTATION: digest}
