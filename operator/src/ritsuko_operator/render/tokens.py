"""The Secret with the bearer tokens by which the bot proves itself to its servers.

A server may have tokens of several generations, each under a key of its own. A pod template names one generation, for
the server and for the bot alike, so that while pods turn over the old ones agree with each other, and so do the new.
"""

from __future__ import annotations

import base64

from ritsuko_api.bot import RitsukoBot
from ritsuko_operator.render.context import RenderContext
from ritsuko_operator.render.manifest import Manifest, metadata, token_secret_name
from ritsuko_operator.render.select import SidecarSelection
from ritsuko_operator.render.templating import from_template


def servers_with_token(selection: SidecarSelection) -> list[str]:
    """The names of the servers that get a token; `Facts.tokens` must have one for each."""
    return [one.metadata.name for one in selection.accepted if one.spec.with_token]


def key(server: str, generation: int) -> str:
    """Where a token stands in the Secret."""
    return f"{server}.{generation}"


def current_key(server: str, context: RenderContext) -> str:
    """Where the token stands that new pods use."""
    return key(server, max(context.tokens[server]))


def token_secret(bot: RitsukoBot, selection: SidecarSelection, context: RenderContext) -> Manifest | None:
    """The Secret, with all generations; None if no server wants a token and no pod still uses one."""
    if not servers_with_token(selection) and not context.tokens:
        return None
    return from_template(
        "secret.yaml.j2",
        metadata={**metadata(bot, token_secret_name(bot)), "annotations": dict(context.token_annotations)},
        data={
            key(server, generation): base64.b64encode(token.encode()).decode()
            for server, generations in context.tokens.items()
            for generation, token in generations.items()
        },
    )
