"""A rotation loses no call: whatever is written in whatever order, each pod finds the token that its template names.

A server's container reads its token at each start, the bot's volume follows the Secret while the pod lives; so at every
moment the Secret must have every key that a pod, or the template of a pod that may still come, names.
"""

from __future__ import annotations

import contextlib
import random
from datetime import timedelta
from typing import Any

import pytest

from ritsuko_common.rfc3339 import format_rfc3339
from ritsuko_operator.reconcile.cluster import Object, ObjectRef
from ritsuko_operator.reconcile.errors import ApiUnreachableError
from ritsuko_operator.reconcile.kinds import DEPLOYMENT, POD, SECRET
from tests.unit.reconcile.worlds import HAL, NAMESPACE, World, running

TOKENS = ObjectRef(SECRET, NAMESPACE, "hal-mcp-tokens")


class RollingWorld(World):
    """A world whose Deployment has a controller, and whose operator may end before any write."""

    def __init__(self) -> None:
        super().__init__()
        self.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="a-key")
        self.sidecar("kubernetes", server="kubernetes")
        self.sidecar("logs", server="logs")
        self.bot()
        self.ends_in: int | None = None  # after that many writes
        self.pods = 0
        self.owed: list[Object] = []  # the old pods that vanished, and are made again while the rollout goes on

    def _write(self, verb: str, ref: ObjectRef) -> None:
        if self.ends_in is not None:
            if self.ends_in == 0:
                raise ApiUnreachableError("the operator was killed")
            self.ends_in -= 1
        super()._write(verb, ref)

    def put(self, ref: ObjectRef, manifest: Object) -> Object:
        live = super().put(ref, manifest)
        self.check()
        return live

    def check(self) -> None:
        deployment = self.objects.get(ObjectRef(DEPLOYMENT, NAMESPACE, "hal"))
        if deployment is None:
            return
        specs = [*self.owed, *(live["spec"] for ref, live in self.objects.items() if ref.kind is POD)]
        needed = {key for spec in (*specs, deployment["spec"]["template"]["spec"]) for key in keys(spec)}
        assert needed <= set(self.objects[TOKENS]["data"]), "a pod names a token that is gone"

    def rotate(self, value: str) -> None:
        live = self.live(HAL.ref.kind, "hal")
        live["metadata"].setdefault("annotations", {})["ritsuko.dev/rotate-tokens"] = value
        self.put(HAL.ref, live)

    def generations(self) -> list[str]:
        return sorted(self.objects[TOKENS]["data"])

    # --- the Deployment's controller

    def new_pod_comes(self) -> None:
        deployment = self.live(DEPLOYMENT, "hal")
        if any(pod["spec"] == spec_of(deployment) for _, pod in self.all_pods()):
            return
        self.pods += 1
        name = f"hal-{self.pods}"
        self.pod(
            name,
            [running("bot"), running("mcp-kubernetes"), running("mcp-logs")],
            created=format_rfc3339(self.now),
            template=name,
        )
        ref = ObjectRef(POD, NAMESPACE, name)
        self.put(ref, {**self.objects[ref], "spec": spec_of(deployment)})
        self.rolled_out(reason="ReplicaSetUpdated", replicas=len(self.all_pods()) + len(self.owed), availableReplicas=1)

    def old_pods_leave(self) -> None:
        """They are told to stop, and go on with what they are at."""
        deployment = self.live(DEPLOYMENT, "hal")
        if not any(pod["spec"] == spec_of(deployment) for _, pod in self.all_pods()):
            return
        self.owed.clear()
        for ref, pod in self.all_pods():
            if pod["spec"] != spec_of(deployment):
                self.put(ref, {**pod, "metadata": {**pod["metadata"], "deletionTimestamp": format_rfc3339(self.now)}})
        self.rolled_out()

    def leaving_pods_end(self) -> None:
        for ref, pod in self.all_pods():
            if "deletionTimestamp" in pod["metadata"]:
                self.remove(ref)

    def a_node_is_drained(self) -> None:
        """An old pod vanishes in the middle of a rollout: its ReplicaSet owes another one."""
        deployment = self.live(DEPLOYMENT, "hal")
        old = [(ref, pod) for ref, pod in self.all_pods() if pod["spec"] != spec_of(deployment)]
        for ref, pod in old[:1]:
            if "deletionTimestamp" not in pod["metadata"]:
                self.remove(ref)
                self.owed.append(pod["spec"])
                self.rolled_out(reason="ReplicaSetUpdated", replicas=2, availableReplicas=0)

    def what_was_drained_comes_back(self) -> None:
        for spec in self.owed:
            self.pods += 1
            ref = ObjectRef(POD, NAMESPACE, f"hal-{self.pods}")
            self.pod(ref.name, [running("bot")], created=format_rfc3339(self.now), template=ref.name)
            self.put(ref, {**self.objects[ref], "spec": spec})
        self.owed.clear()

    def all_pods(self) -> list[tuple[ObjectRef, Object]]:
        return [(ref, live) for ref, live in self.objects.items() if ref.kind is POD]


def spec_of(deployment: Object) -> Object:
    return {**deployment["spec"]["template"]["spec"], "nodeName": "node-1"}


def keys(spec: Object) -> set[str]:
    """The tokens that a pod names, for its servers and for its bot."""
    variables = (one for container in spec["containers"] for one in container.get("env", []))
    references: list[Any] = [one.get("valueFrom", {}).get("secretKeyRef", {}) for one in variables]
    volumes: list[Any] = [volume.get("secret", {}) for volume in spec.get("volumes", [])]
    return {one["key"] for one in references if one.get("name") == TOKENS.name} | {
        item["key"] for one in volumes if one.get("secretName") == TOKENS.name for item in one["items"]
    }


async def test_the_order_of_one_rotation() -> None:
    world = RollingWorld()
    await world.reconcile()
    world.new_pod_comes()
    world.old_pods_leave()
    await world.reconcile()
    world.rotate("monday")
    writes = await world.reconcile()
    assert [write for write in writes if not write.startswith("status")] == [
        "apply Secret hal-mcp-tokens",
        "apply Deployment hal",
    ]
    both = ["kubernetes.1", "kubernetes.2", "logs.1", "logs.2"]
    for step in (world.new_pod_comes, world.old_pods_leave):
        step()
        assert "apply Secret hal-mcp-tokens" not in await world.reconcile()
        assert world.generations() == both
    world.leaving_pods_end()
    assert await world.reconcile() == ["apply Secret hal-mcp-tokens"]
    assert world.generations() == ["kubernetes.2", "logs.2"]
    assert await world.reconcile() == []


@pytest.mark.parametrize("seed", range(15))
async def test_no_order_of_events_takes_a_token_from_a_pod(seed: int) -> None:
    chance = random.Random(seed)
    world = RollingWorld()
    await world.reconcile()

    async def operator_works() -> None:
        await world.bots.reconcile(HAL)

    async def operator_is_killed() -> None:
        world.ends_in = chance.randrange(4)
        with contextlib.suppress(ApiUnreachableError):
            await world.bots.reconcile(HAL)
        world.ends_in = None
        world.bots = world.reconciler()

    def somebody_deletes_a_server() -> None:
        ref = next((ref for ref in world.objects if ref.kind.name == "McpSidecar" and ref.name == "logs"), None)
        if ref is not None:
            world.remove(ref)
        else:
            world.sidecar("logs", server="logs")

    def time_passes() -> None:
        world.now = world.now + timedelta(seconds=4000)

    world.bot(mcpSidecars={"tokens": {"maxAge": "1h"}})
    for step in range(60):
        happens = chance.choice(
            [
                operator_works,
                operator_works,
                operator_is_killed,
                world.new_pod_comes,
                world.old_pods_leave,
                world.leaving_pods_end,
                world.a_node_is_drained,
                world.what_was_drained_comes_back,
                time_passes,
                lambda step=step: world.rotate(f"value {step}"),
                somebody_deletes_a_server,
            ]
        )
        found = happens()
        if found is not None:
            await found
        world.check()
    # and when all is quiet, nothing old is left
    for _ in range(3):
        await world.reconcile()
        world.new_pod_comes()
        world.old_pods_leave()
        world.leaving_pods_end()
    await world.reconcile()
    assert set(world.generations()) == keys(world.live(DEPLOYMENT, "hal")["spec"]["template"]["spec"])
    assert await world.reconcile() == []
