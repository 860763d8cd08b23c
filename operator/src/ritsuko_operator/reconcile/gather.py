"""Everything that rendering one bot needs: what was observed, and the Secrets that it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ritsuko_api.bot import RitsukoBot
from ritsuko_operator.reconcile import tokens
from ritsuko_operator.reconcile.cluster import BotKey
from ritsuko_operator.reconcile.observation import Observation
from ritsuko_operator.reconcile.references import Missing, content_hash, missing_credentials, wanted_secrets
from ritsuko_operator.reconcile.secrets import Read, SecretReader
from ritsuko_operator.reconcile.tokens import ROTATE_ANNOTATION
from ritsuko_operator.render.facts import Facts
from ritsuko_operator.render.manifest import token_secret_name
from ritsuko_operator.render.tokens import wanted as wanted_tokens


@dataclass(frozen=True)
class Release:
    """What this operator brings along: its version, its images, and the role that a bot's servers may read with."""

    version: str
    image_repository: str
    reader_kind: Literal["ClusterRole", "Role"]
    reader_name: str


@dataclass(frozen=True)
class Gathered:
    """One bot, ready to be rendered."""

    facts: Facts
    secrets: Read
    missing: Missing | None  # of the bot's Zulip credentials
    look_again: float | None = None  # in how many seconds a token is too old


async def gather(key: BotKey, seen: Observation, secrets: SecretReader, release: Release, *, now: str) -> Gathered:
    """Reads what rendering depends on. `now` is RFC 3339."""
    bot, token_secret = seen.bot, token_secret_name(seen.bot)
    wanted = wanted_secrets(bot, seen.selection.accepted)
    read = await secrets.read(key, wanted, tokens=token_secret)
    servers, max_age = wanted_tokens(seen.selection), _max_token_age(bot)
    bearer = tokens.advance(
        tokens.known(read.tokens, now),
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
        secret_hashes={name: content_hash(read.named[name], what) for name, what in wanted.items()},
        reader_kind=release.reader_kind,
        reader_name=release.reader_name,
    )
    missing = missing_credentials(bot, read.named)
    return Gathered(facts, read, missing, tokens.next_rotation(bearer, servers, max_age, now))


def _max_token_age(bot: RitsukoBot) -> float | None:
    return None
