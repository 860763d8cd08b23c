"""What rendering needs to know beside the resources themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

READER_NAME = "ritsuko-reader"

Generations = Mapping[int, str]  # the bearer tokens of one server, by generation


@dataclass(frozen=True)
class RenderContext:
    """Everything outside the resources that the manifests depend on."""

    operator_version: str
    image_repository: str = "ghcr.io/ritsuko-dev"  # the registry and folder in front of our images' names
    # By server every token that some pod may still use. New pods get the highest generation;
    # `servers_with_token(selection)` names the servers that must have one. The same from one rendering to the next,
    # unless a token is rotated.
    tokens: Mapping[str, Generations] = field(default_factory=dict[str, Generations], repr=False)
    token_annotations: Mapping[str, str] = field(default_factory=dict[str, str])  # what their Secret says of them
    # The values of remote servers' headers by `headers.key`, as far as the Secrets they come from have them.
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    # The optional sidecars that have no container at present, since they failed to start.
    left_out: frozenset[str] = frozenset()
    # How many pods somebody else, such as an autoscaler, wants the Deployment to have; None if nobody else decides.
    scaled_to: int | None = None
    # Secret name to a hash of what the pod reads of it as environment: a change rolls the pod.
    secret_hashes: Mapping[str, str] = field(default_factory=dict[str, str])
    # The role that says what servers may read. A Role where the operator has no rights over the whole cluster.
    reader_kind: Literal["ClusterRole", "Role"] = "ClusterRole"
    reader_name: str = READER_NAME
    # The ClusterRole that lets servers act as the person who asked; None where the operator may not bind it.
    impersonator_name: str | None = None
