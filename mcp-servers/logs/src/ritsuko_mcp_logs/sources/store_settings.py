"""What the settings of all stores behind HTTP have in common. Field names are the environment variables."""

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, model_validator


def _is_an_address(url: str) -> str:
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError("set it to an address like http://loki.logging:3100, or leave it unset")
    if parts.query or parts.fragment:
        raise ValueError("remove the part after ? or #")
    return url


HttpAddress = Annotated[str, AfterValidator(_is_an_address)]
"""An http or https URL without a query; empty if unset."""


class CredentialSettings(BaseModel):
    """Settings with `<name>_bearer_token_file` and `<name>_basic_auth_file`, of which one may be set."""

    @model_validator(mode="after")
    def _one_way_to_authenticate(self) -> Self:
        for field in type(self).model_fields:
            name = field.removesuffix("_bearer_token_file")
            if name != field and getattr(self, field) and getattr(self, f"{name}_basic_auth_file"):
                raise ValueError(f"set {name.upper()}_BEARER_TOKEN_FILE or {name.upper()}_BASIC_AUTH_FILE, not both")
        return self


class StoreSettings(CredentialSettings):
    """What every store reads."""

    logs_max_answer_bytes: int = Field(
        default=64 * 2**20, ge=2**16, le=2**30, description="maximum bytes of one response of a log store"
    )
