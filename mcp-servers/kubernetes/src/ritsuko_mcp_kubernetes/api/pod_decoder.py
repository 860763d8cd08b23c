"""Lists of pods decoded with no more than what is used: a pod is five kilobytes, of which most is never asked for.

What is left out is skipped by the parser and never becomes an object, which is several times faster than `json`, and
spares the memory (docs/decisions/0013-pods-decoded-by-msgspec.md).
"""

from __future__ import annotations

from typing import Any, TypedDict, cast

import msgspec

from ritsuko_mcp_kubernetes.api.client import Json


class _Owner(TypedDict, total=False):
    kind: Any
    name: Any


class _Metadata(TypedDict, total=False):
    name: Any
    namespace: Any
    labels: dict[str, Any] | None
    creationTimestamp: Any
    deletionTimestamp: Any
    finalizers: list[Any] | None
    ownerReferences: list[_Owner] | None


class _Container(TypedDict, total=False):
    name: Any
    image: Any
    ports: list[Any] | None
    resources: Any
    restartPolicy: Any
    readinessProbe: Any
    startupProbe: Any


class _Volume(TypedDict, total=False):
    persistentVolumeClaim: Any


class _Spec(TypedDict, total=False):
    nodeName: Any
    containers: list[_Container] | None
    initContainers: list[_Container] | None
    volumes: list[_Volume] | None


class _ContainerStatus(TypedDict, total=False):
    name: Any
    ready: Any
    started: Any
    restartCount: Any
    state: Any
    lastState: Any


class _Status(TypedDict, total=False):
    phase: Any
    reason: Any
    message: Any
    startTime: Any
    conditions: list[Any] | None
    containerStatuses: list[_ContainerStatus] | None
    initContainerStatuses: list[_ContainerStatus] | None


class _Pod(TypedDict, total=False):
    metadata: _Metadata
    spec: _Spec
    status: _Status


class _PodList(TypedDict, total=False):
    metadata: dict[str, Any]
    items: list[_Pod] | None


_DECODER = msgspec.json.Decoder(_PodList)


def decode(body: bytes) -> Json:
    """A PodList with the fields above. Raises `ValueError` for what is none."""
    try:
        return cast(Json, _DECODER.decode(body))
    except RecursionError as error:
        raise ValueError(str(error)) from error
