"""Everything that rendering one bot needs: what was observed, and the Secrets that it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ritsuko_operator.reconcile.cluster import BotKey, ObjectRef
from ritsuko_operator.reconcile.credentials import headers, tokens
from ritsuko_operator.reconcile.credentials.references import (
    MissingCredentials,
    content_hash,
    missing_credentials,
    secret_uses,
)
from ritsuko_operator.reconcile.credentials.secrets import LiveSecrets, SecretReader
from ritsuko_operator.reconcile.credentials.tokens import ROTATE_ANNOTATION
from ritsuko_operator.reconcile.kinds import SECRET
from ritsuko_operator.reconcile.pods import rollout
from ritsuko_operator.reconcile.pods.observation import Observation
from ritsuko_operator.render.context import RenderContext
from ritsuko_operator.render.manifest import header_secret_name, token_secret_name
from ritsuko_operator.render.tokens import servers_with_token


@dataclass(frozen=True)
class Release:
    """What this operator brings along: its version, its images, and the role that a bot's servers may read with."""

    version: str
    image_repository: str
    reader_kind: Literal["ClusterRole", "Role"]
    reader_name: str
    impersonator_name: str | None = None


@dataclass(frozen=True)
class Gathered:
    """One bot, ready to be rendered."""

    context: RenderContext
    secrets: LiveSecrets
    missing: MissingCredentials | None  # of the bot's Zulip credentials
    headers_missing: Mapping[str, str]  # by remote server, which of its headers has no value and what to do
    next_rotation: float | None  # in how many seconds a token is too old


async def gather(
    key: BotKey,
    observed: Observation,
    secrets: SecretReader,
    release: Release,
    *,
    now: datetime,
    left_out: frozenset[str],
) -> Gathered:
    """Reads what rendering depends on.

    `now` is RFC 3339; `left_out` are the optional sidecars that get no container.
    """
    bot, accepted = observed.bot, observed.selection.accepted
    token_secret, header_secret = token_secret_name(bot), header_secret_name(bot)
    named, sources = secret_uses(bot, accepted), headers.sources(accepted)
    servers, max_age = servers_with_token(observed.selection), bot.spec.mcp_sidecars.tokens.max_age_seconds
    names = dict.fromkeys((*named, *(source.secret for source in sources)))
    read = await secrets.read(key, names, own={token_secret: bool(servers), header_secret: bool(sources)})
    bearer = tokens.advance(
        tokens.read_tokens(read.own[ObjectRef(SECRET, key.namespace, token_secret)], now),
        servers,
        tokens.token_use(observed, token_secret),
        rotate_for=bot.metadata.annotations.get(ROTATE_ANNOTATION, ""),
        max_age=max_age,
        now=now,
    )
    context = RenderContext(
        operator_version=release.version,
        image_repository=release.image_repository,
        tokens=bearer.by_server,
        token_annotations=bearer.annotations,
        headers=headers.values(sources, read.named),
        left_out=left_out,
        scaled_to=rollout.scaled_to(observed.deployment),
        secret_hashes={
            name: content_hash(read.named[name], what)
            for name, what in secret_uses(bot, observed.selection.in_pod(left_out)).items()
        },
        reader_kind=release.reader_kind,
        reader_name=release.reader_name,
        impersonator_name=release.impersonator_name,
    )
    return Gathered(
        context,
        read,
        missing_credentials(bot, read.named),
        headers.missing(sources, read.named, key.namespace),
        tokens.next_rotation(bearer, servers, max_age, now),
    )
