"""Thousands of pods: nothing is lost in the summary, the worst is seen, and an answer stays one that can be read."""

import asyncio
import json
import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.cluster import control_plane
from tests.cluster.kwok import simulation
from tests.integration.mcp_kubernetes.server import Server, running
from tests.load.population import Population, settle
from tests.load.program import peak_rss_mib

pytestmark = [pytest.mark.controlplane, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

CROWD = Population(pods=int(os.environ.get("RITSUKO_PODS", "1000")), nodes=20, namespaces=5)
_LOG = "starting\ncannot reach the database at postgres://app:hunter22hunter22@db/app\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    with control_plane() as plane, simulation(plane, log=_LOG):
        await settle(plane, CROWD)
        async with running(plane.kubeconfig, tmp_path_factory.mktemp("server") / "log") as server:
            yield server


async def test_all_pods_are_counted_and_the_worst_come_first(server: Server) -> None:
    answer = (await server.call("get", kind="pods", all_namespaces=True)).structured_content
    assert answer["total"] == CROWD.pods
    for count, state in (
        (CROWD.count(""), "Running"),
        (CROWD.count("crash"), "CrashLoopBackOff"),
        (CROWD.count("no-image"), "ImagePullBackOff"),
    ):
        assert f"{count:,} {state}" in answer["summary"]
    assert {row["STATUS"] for row in answer["data"][: CROWD.count("crash")]} <= {"CrashLoopBackOff", "ImagePullBackOff"}
    assert answer["truncated"] is True
    assert answer["next_cursor"]


async def test_pages_of_a_long_list_make_up_the_whole(server: Server) -> None:
    seen: list[tuple[str, str]] = []
    cursor = ""
    async with server.client() as client:
        while True:
            question = {"kind": "pods", "all_namespaces": True, "labels": "app=app-7", "limit": 4, "cursor": cursor}
            answer = (await client.call_tool("get", question)).structured_content
            seen += [(row["NAMESPACE"], row["NAME"]) for row in answer["data"]]
            if not (cursor := answer.get("next_cursor", "")):
                break
    wanted = [(CROWD.namespace(number), f"pod-{number}") for number in range(7, CROWD.pods, 100)]
    assert sorted(seen) == sorted(wanted)


async def test_every_broken_pod_is_a_problem_and_no_other(server: Server) -> None:
    problems = (await server.call("problems", all_namespaces=True)).structured_content
    broken = CROWD.count("crash") + CROWD.count("no-image")
    assert problems["total"] == broken
    assert f"{CROWD.pods} pods were checked" in problems["summary"]
    one = (await server.call("problems", namespace=CROWD.namespace(1))).structured_content
    numbers = [number for number in range(1, CROWD.pods, CROWD.namespaces) if CROWD.fate(number)]
    assert {row["OBJECT"] for row in one["data"]} == {f"pod/pod-{number}" for number in numbers}


async def test_nodes_are_as_full_as_their_pods_make_them(server: Server) -> None:
    answer = (await server.call("nodes")).structured_content
    assert len(answer["data"]) == CROWD.nodes
    share = CROWD.pods // CROWD.nodes
    assert {row["PODS"] for row in answer["data"]} == {f"{share}/250"}
    assert {row["CPU REQUESTED"] for row in answer["data"]} == {f"{share * 0.1 / 32:.0%}"}


async def test_a_crashing_pod_is_diagnosed_with_its_log_and_no_secret(server: Server) -> None:
    answer = await server.call("diagnose", kind="pod", name="pod-0", namespace=CROWD.namespace(0))
    assert "keeps exiting (12 restarts)" in answer.structured_content["summary"]
    assert "cannot reach the database" in answer.content[0].text
    assert "hunter22" not in json.dumps(answer.structured_content)


async def test_many_who_ask_for_everything_at_once_get_it_within_the_servers_memory(server: Server) -> None:
    questions = [
        ("get", {"kind": "pods", "all_namespaces": True}),
        ("get", {"kind": "pods", "all_namespaces": True, "sort": ".status.startTime"}),
        ("get", {"kind": "pods", "all_namespaces": True, "output": "json", "limit": 1000}),
        ("problems", {"all_namespaces": True}),
    ] * 3
    answers = await asyncio.gather(*(server.call(tool, **arguments) for tool, arguments in questions))
    assert not [answer.content[0].text for answer in answers if answer.is_error]
    assert peak_rss_mib(server.process.pid) < 200, "MiB; the container may have 256"
