"""The Secret with the headers that remote servers are sent, copied from the Secrets that the sidecars name.

The bot mounts this one Secret whole, so that a remote server comes, goes or gets another key without a restart.
"""

from __future__ import annotations

import base64

from ritsuko_api.bot import RitsukoBot
from ritsuko_operator.render.context import RenderContext
from ritsuko_operator.render.manifest import Manifest, header_secret_name, metadata
from ritsuko_operator.render.select import SidecarSelection
from ritsuko_operator.render.templating import from_template


def key(server: str, header: str) -> str:
    """Where the value stands in the Secret, and the name of its file."""
    return f"{server}.{header.lower()}"


def servers_with_token(selection: SidecarSelection) -> list[str]:
    """The keys of all headers of remote servers; `Facts.headers` should have a value for each."""
    return [
        key(sidecar.metadata.name, header.name) for sidecar in selection.accepted for header in sidecar.spec.headers
    ]


def header_secret(bot: RitsukoBot, selection: SidecarSelection, context: RenderContext) -> Manifest | None:
    """The Secret; None if there is no value to put into it."""
    values = {name: context.headers[name] for name in sorted(servers_with_token(selection)) if name in context.headers}
    if not values:
        return None
    return from_template(
        "secret.yaml.j2",
        metadata=metadata(bot, header_secret_name(bot)),
        data={name: base64.b64encode(value.encode()).decode() for name, value in values.items()},
    )
