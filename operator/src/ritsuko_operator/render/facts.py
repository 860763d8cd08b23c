"""What rendering needs to know beside the resources themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

READER_NAME = "ritsuko-reader"


@dataclass(frozen=True)
class Facts:
    """Everything outside the resources that the manifests depend on."""

    operator_version: str
    image_repository: str = "ghcr.io/ritsuko-dev"  # the registry and folder in front of our images' names
    # Server name to bearer token, for all of `tokens.wanted(selection)`; the same from one rendering to the next.
    tokens: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    # Secret name to a hash of what the pod reads of it as environment: a change rolls the pod.
    secret_hashes: Mapping[str, str] = field(default_factory=dict[str, str])
    # The role that says what servers may read. A Role where the operator has no rights over the whole cluster.
    reader_kind: Literal["ClusterRole", "Role"] = "ClusterRole"
    reader_name: str = READER_NAME
