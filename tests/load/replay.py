"""The same final writes sent once more with nothing behind them: what the apiserver alone takes for them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from tests.load.audit import Write

_APPLY = {"Content-Type": "application/apply-patch+yaml"}


def final(writes: Sequence[Write]) -> list[Write]:
    """The last successful apply of each object and of each status; no Events, and nothing that was written over."""
    last = {
        (write.resource, write.name): write
        for write in writes
        if write.verb == "patch" and write.code < 300 and write.resource != "pods"
    }
    return list(last.values())


async def seconds_to_replay(
    api: aiohttp.ClientSession, writes: Sequence[Write], *, into: str, uids: Mapping[str, str], at_a_time: int
) -> float:
    """Applies copies into the namespace `into`.

    `uids` gives for each UID in the bodies that of the copy's owner, or the garbage collector would take the copies.
    """
    copies = [(write.path.replace(write.namespace, into), _copied(write, into, uids)) for write in writes]
    turns = asyncio.Semaphore(at_a_time)

    async def apply(path: str, body: bytes) -> None:
        async with turns, api.patch(path, data=body, headers=_APPLY) as answer:
            await answer.read()

    began = time.monotonic()
    await asyncio.gather(*(apply(path, body) for path, body in copies))
    return time.monotonic() - began


def _copied(write: Write, into: str, uids: Mapping[str, str]) -> bytes:
    text = json.dumps(write.body).replace(write.namespace, into)
    for old, new in uids.items():
        if old in text:
            text = text.replace(old, new)
    body: dict[str, Any] = json.loads(text)
    body["metadata"].pop("resourceVersion", None)
    return json.dumps(body).encode()


async def floor(api: aiohttp.ClientSession, namespace: str, *, requests: int, at_a_time: int) -> float:
    """How many small ConfigMaps one Python process applies in a second."""
    turns = asyncio.Semaphore(at_a_time)

    async def apply(number: int) -> None:
        name = f"floor-{number}"
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "b"}}
        path = f"/api/v1/namespaces/{namespace}/configmaps/{name}?fieldManager=bench&force=true"
        async with turns, api.patch(path, json=body, headers=_APPLY) as answer:
            await answer.read()

    began = time.monotonic()
    await asyncio.gather(*(apply(number) for number in range(requests)))
    return requests / (time.monotonic() - began)
