"""Pod logs of real containers: many lines, several containers, a restart, a rotation, and lines as they are written."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from tests.cluster import Cluster, open_cluster
from tests.integration.cluster.conftest import busybox_image
from tests.integration.mcp_logs.conftest import Ask, asking

pytestmark = [pytest.mark.node, pytest.mark.asyncio(loop_scope="module")]

_NAMESPACE = "haystacks"
_LINES = 50_000
_PATIENCE_SECONDS = 90.0
_NUMBERED = 'busybox seq 1 %d | busybox awk \'{print ($1 == 25000 ? "the NEEDLE itself" : "line " $1 " %s")}\''
# The kubelet begins another file at 10 MiB; it looks every ten seconds.
_PADDING = "of a log that is going to be longer than a node keeps in one file " * 4


def container(name: str, script: str, **more: Any) -> dict[str, Any]:
    args = ["sh", "-c", f"{script}; exec busybox sleep 3600"]
    return {"name": name, "image": "ritsuko.local/busybox:1", "args": args, **more}


def pod(name: str, *containers: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": _NAMESPACE},
        "spec": {"terminationGracePeriodSeconds": 0, "containers": list(containers), **spec},
    }


_ONCE = (
    "if [ -f /kept/x ]; then echo after the restart; else echo x > /kept/x; echo password=hunter2-before; exit 3; fi"
)
_OBJECTS = [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": _NAMESPACE}},
    pod("many", container("app", _NUMBERED % (_LINES, "and so on"))),
    pod("two", container("first", "echo needle of the first"), container("second", "echo needle of the second")),
    pod(
        "restarted",
        container("app", _ONCE, volumeMounts=[{"name": "kept", "mountPath": "/kept"}]),
        volumes=[{"name": "kept", "emptyDir": {}}],
    ),
    pod("rotated", container("app", f"{_NUMBERED % (40_000, _PADDING)}; busybox sleep 15; echo after the rotation")),
    pod("chatty", container("app", "while true; do echo tick; busybox sleep 0.3; done")),
]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with open_cluster() as cluster:
        cluster.load(busybox_image(tmp_path_factory.mktemp("image") / "busybox.tar", "ritsuko.local/busybox:1"))
        cluster.kubectl("apply", "-f", "-", input="\n---\n".join(map(json.dumps, _OBJECTS)))
        yield cluster


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ask(cluster: Cluster) -> AsyncIterator[Ask]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUBECONFIG", str(cluster.kubeconfig))
        async with asking() as ask:
            yield ask


async def once(ask: Ask, tool: str, holds: str, **arguments: Any) -> dict[str, Any]:
    """The first answer that holds this text: containers take their time."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        answer = await ask(tool, namespace=_NAMESPACE, **arguments)
        if holds in answer["text"]:
            return answer
        assert time.monotonic() < deadline, answer["text"]
        await asyncio.sleep(0.5)


async def test_one_needle_in_fifty_thousand_lines(ask: Ask) -> None:
    counted = f"in {_LINES:,} lines of 1 pod in namespace {_NAMESPACE}"
    answer = await once(ask, "search", counted, text="needle ITSELF", pod="many", context=1)
    assert [row["text"] for row in answer["data"]] == [
        "line 24999 and so on",
        "the NEEDLE itself",
        "line 25001 and so on",
    ]
    assert "warnings" not in answer or not answer["warnings"]


async def test_all_containers_of_a_pod(ask: Ask) -> None:
    await once(ask, "search", "of the first", text="needle of", pod="two")
    answer = await once(ask, "search", "of the second", text="needle of", pod="two")
    assert {row["container"] for row in answer["data"]} == {"first", "second"}


async def test_the_run_before_a_restart(ask: Ask) -> None:
    await once(ask, "search", "after the restart", text="restart", pod="restarted")
    answer = await once(ask, "search", "password=", text="before", pod="restarted", previous=True)
    assert answer["total"] == 1
    assert "hunter2" not in answer["text"]
    assert (await ask("search", namespace=_NAMESPACE, text="before", pod="restarted"))["total"] == 0


async def test_after_a_rotation_the_newest_part_is_read_and_the_rest_is_not_claimed(ask: Ask) -> None:
    answer = await once(ask, "search", "0 lines with", text="the needle itself", pod="rotated")
    assert any("keep only the newest" in hint for hint in answer["hints"])
    await once(ask, "search", "after the rotation", text="after the rotation", pod="rotated")


async def test_new_lines_are_followed(ask: Ask) -> None:
    await once(ask, "tail", "tick", pod="chatty")
    quiet = await ask("tail", namespace=_NAMESPACE, pod="chatty", lines=500)
    follow = 3
    followed = await ask("tail", namespace=_NAMESPACE, pod="chatty", lines=500, follow=follow)
    assert len(followed["data"].splitlines()) >= len(quiet["data"].splitlines()) + 2


async def test_a_histogram_counts_every_line(ask: Ask) -> None:
    answer = await ask("histogram", namespace=_NAMESPACE, pod="many", by="")
    assert [row["lines"] for row in answer["data"]] == [_LINES]
