"""The Secret with the bearer tokens by which the bot proves itself to its servers."""

from __future__ import annotations

import base64

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.sidecar import AuthMode
from ritsuko_operator.render.facts import Facts
from ritsuko_operator.render.manifest import Manifest, metadata, token_secret_name
from ritsuko_operator.render.select import Selection
from ritsuko_operator.render.templating import from_template


def wanted(selection: Selection) -> list[str]:
    """The names of the servers that get a token; `Facts.tokens` must have one for each."""
    return [one.metadata.name for one in selection.accepted if one.spec.auth.mode is AuthMode.BEARER]


def token_secret(bot: RitsukoBot, selection: Selection, facts: Facts) -> Manifest | None:
    """The Secret, or None if no server wants a token."""
    names = wanted(selection)
    if not names:
        return None
    return from_template(
        "token_secret.yaml.j2",
        metadata=metadata(bot, token_secret_name(bot)),
        data={name: base64.b64encode(facts.tokens[name].encode()).decode() for name in names},
    )
