"""Everything that rendering one bot needs: what was observed, and the Secrets that it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ritsuko_operator.reconcile.cluster import BotKey, ObjectRef
from ritsuko_operator.reconcile.credentials import headers, tokens
from ritsuko_operator.reconcile.credentials.references import Missing, content_hash, missing_credentials, wanted_secrets
from ritsuko_operator.reconcile.credentials.secrets import Read, SecretReader
from ritsuko_operator.reconcile.credentials.tokens import ROTATE_ANNOTATION
from ritsuko_operator.reconcile.kinds import SECRET
from ritsuko_operator.reconcile.pods import rollout
from ritsuko_operator.reconcile.pods.observation import Observation
from ritsuko_operator.render.facts import Facts
from ritsuko_operator.render.manifest import header_secret_name, token_secret_name
from ritsuko_operator.render.tokens import wanted as wanted_tokens


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

    facts: Facts
    secrets: Read
    missing: Missing | None  # of the bot's Zulip credentials
    headers_missing: Mapping[str, str]  # by remote server, which of its headers has no value and what to do
    next_rotation: float | None  # in how many seconds a token is too old


async def gather(
    key: BotKey, seen: Observation, secrets: SecretReader, release: Release, *, now: str, left_out: frozenset[str]
) -> Gathered:
    """Reads what rendering depends on.

    `now` is RFC 3339; `left_out` are the optional sidecars that get no container.
    """
    bot, accepted = seen.bot, seen.selection.accepted
    token_secret, header_secret = token_secret_name(bot), header_secret_name(bot)
    named, sources = wanted_secrets(bot, accepted), headers.sources(accepted)
    servers, max_age = wanted_tokens(seen.selection), bot.spec.mcp_sidecars.tokens.max_age_seconds
    names = dict.fromkeys((*named, *(source.secret for source in sources)))
    read = await secrets.read(key, names, own={token_secret: bool(servers), header_secret: bool(sources)})
    bearer = tokens.advance(
        tokens.known(read.own[ObjectRef(SECRET, key.namespace, token_secret)], now),
        servers,
        tokens.use_of(seen, token_secret),
        rotate_for=bot.metadata.annotations.get(ROTATE_ANNOTATION, ""),
        max_age=max_age,
        now=now,
    )
    facts = Facts(
        operator_version=release.version,
        image_repository=release.image_repository,
        tokens=bearer.by_server,
        token_annotations=bearer.annotations,
        headers=headers.values(sources, read.named),
        left_out=left_out,
        scaled_to=rollout.scaled_to(seen.deployment),
        secret_hashes={
            name: content_hash(read.named[name], what)
            for name, what in wanted_secrets(bot, seen.selection.in_pod(left_out)).items()
        },
        reader_kind=release.reader_kind,
        reader_name=release.reader_name,
        impersonator_name=release.impersonator_name,
    )
    return Gathered(
        facts,
        read,
        missing_credentials(bot, read.named),
        headers.missing(sources, read.named, key.namespace),
        tokens.next_rotation(bearer, servers, max_age, now),
    )
