"""Everything that rendering one bot needs: what was observed, and the Secrets that it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ritsuko_operator.reconcile.cluster import BotKey
from ritsuko_operator.reconcile.observation import Observation
from ritsuko_operator.reconcile.references import Missing, content_hash, missing_credentials, wanted_secrets
from ritsuko_operator.reconcile.secrets import Read, SecretReader, tokens_for
from ritsuko_operator.render.facts import Facts
from ritsuko_operator.render.manifest import token_secret_name


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


async def gather(key: BotKey, seen: Observation, secrets: SecretReader, release: Release) -> Gathered:
    wanted = wanted_secrets(seen.bot, seen.selection.accepted)
    read = await secrets.read(key, wanted, tokens=token_secret_name(seen.bot))
    facts = Facts(
        operator_version=release.version,
        image_repository=release.image_repository,
        tokens=tokens_for(seen.selection, read.tokens),
        secret_hashes={name: content_hash(read.named[name], what) for name, what in wanted.items()},
        reader_kind=release.reader_kind,
        reader_name=release.reader_name,
    )
    return Gathered(facts, read, missing_credentials(seen.bot, read.named))
