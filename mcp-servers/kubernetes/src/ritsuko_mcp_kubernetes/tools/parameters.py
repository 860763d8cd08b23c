"""Parameters that several tools take."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

_KINDS = "any kind: plural, singular, short name (pods, deploy, svc, or of a CRD)"
Kind = Annotated[str, Field(description=_KINDS, examples=["pods"])]
KindOfOne = Annotated[str, Field(description=_KINDS, examples=["deployment/web"])]
Name = Annotated[str, Field(description="its name; or use kind/name")]
Namespace = Annotated[str, Field(description="default: the bot's own")]
Context = Annotated[str, Field(description="which cluster; default: the first")]
Limit = Annotated[int, Field(ge=1, le=1000)]
