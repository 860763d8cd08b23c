"""What a remote server is sent with every request: headers, each with its value from a Secret."""

from __future__ import annotations

from pydantic import Field

from ritsuko_api.resource import ObjectName, SpecModel, validations

# The transport's own (MCP 2026-07-28, Streamable HTTP; RFC 9110), in lower case.
RESERVED_HEADERS = [
    *("accept", "accept-encoding", "connection", "content-length", "content-type", "host", "last-event-id"),
    *("mcp-method", "mcp-name", "mcp-protocol-version", "mcp-session-id", "te", "trailer", "transfer-encoding"),
    "upgrade",
]


class SecretKey(SpecModel):
    """A key of a Secret in the resource's namespace."""

    name: ObjectName = Field(description="The Secret's name.")
    key: str = Field(description="The key in the Secret.", max_length=253, pattern=r"^[-._a-zA-Z0-9]+$")


class HeaderSource(SpecModel):
    """Where a header's value stands."""

    secret_key_ref: SecretKey = Field(
        description="The key of a Secret that holds the whole value, for example `Bearer 1234`. A changed "
        "value is used without a restart."
    )


class Header(SpecModel):
    """One header."""

    name: str = Field(
        description="The header's name, for example Authorization.",
        max_length=100,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$",
    )
    value_from: HeaderSource = Field(description="Source of the value.")


HEADER_RULES = validations(
    (
        "self.all(one, self.exists_one(other, other.name.lowerAscii() == one.name.lowerAscii()))",
        "two header names differ only in case: remove one of them",
    ),
    (
        f"self.all(one, !(one.name.lowerAscii() in {RESERVED_HEADERS}))",
        f"the bot sets {', '.join(RESERVED_HEADERS)} itself: remove them",
    ),
)
