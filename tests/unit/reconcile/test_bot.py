"""One bot is brought in line: what has to be written is, once, and nothing else."""

from __future__ import annotations

import json

import pytest

from ritsuko_common.rfc3339 import parse_rfc3339
from ritsuko_operator.reconcile.cluster import BotKey, ObjectRef
from ritsuko_operator.reconcile.errors import ApiError, NotDoneError
from ritsuko_operator.reconcile.kinds import (
    CLUSTER_ROLE_BINDING,
    CONFIG_MAP,
    DEPLOYMENT,
    POD,
    ROLE,
    ROLE_BINDING,
    SECRET,
    SERVICE_ACCOUNT,
)
from tests.unit.reconcile.worlds import HAL, NAMESPACE, World, ended, report, running, server, waiting


@pytest.fixture
def world() -> World:
    world = World()
    world.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="key")
    world.bot()
    world.sidecar("kubernetes", server="kubernetes")
    return world


@pytest.fixture
async def settled(world: World) -> World:
    """The same world after a first reconcile."""
    await world.reconcile("kubernetes")
    assert await world.reconcile("kubernetes") == []
    return world


async def test_a_new_bot_gets_each_child_with_one_write(world: World) -> None:
    writes = await world.reconcile("kubernetes")
    assert sorted(writes) == sorted(
        [
            "apply ServiceAccount hal",
            "apply Role hal",
            "apply RoleBinding hal",
            "apply RoleBinding hal-reader",
            "apply Secret hal-mcp-tokens",
            "apply ConfigMap hal-mcp",
            "apply Deployment hal",
            "status RitsukoBot hal",
            "status McpSidecar kubernetes",
        ]
    )
    assert writes.index("apply Deployment hal") > writes.index("apply ConfigMap hal-mcp")


async def test_an_operator_that_starts_anew_writes_nothing(settled: World) -> None:
    settled.rolled_out()
    settled.pod("hal-1", [running("bot"), running("mcp-kubernetes")])
    await settled.reconcile("kubernetes")
    after = World()
    after.objects, after.cache = settled.objects, settled.cache
    after.now = parse_rfc3339("2026-11-24T12:00:00Z")
    after.bots = after.reconciler()
    await after.reconcile("kubernetes")
    assert after.writes == []


async def test_even_with_an_empty_cache_it_looks_before_it_writes(settled: World) -> None:
    for kind, name in ((DEPLOYMENT, "hal"), (CONFIG_MAP, "hal-mcp"), (ROLE, "hal")):
        settled.cache.remove(next(ref for ref in settled.objects if ref.kind == kind and ref.name == name))
    assert [write for write in await settled.reconcile() if write.startswith("apply")] == []


async def test_a_tools_policy_changes_the_config_and_not_the_pod(settled: World) -> None:
    settled.sidecar("kubernetes", server="kubernetes", tools={"deny": ["describe"]})
    writes = await settled.reconcile()
    assert writes == ["apply ConfigMap hal-mcp", "status RitsukoBot hal"]
    config = json.loads(settled.live(CONFIG_MAP, "hal-mcp")["data"]["mcp.json"])
    assert config["mcpServers"]["kubernetes"]["tools"]["deny"] == ["describe"]


async def test_after_the_config_was_written_pods_on_a_node_are_poked_once(settled: World) -> None:
    settled.pod("hal-1", [running("bot")])
    await settled.reconcile()
    settled.sidecar("kubernetes", server="kubernetes", tools={"deny": ["describe"]})
    assert "patch Pod hal-1" in await settled.reconcile()
    assert "patch Pod hal-1" not in await settled.reconcile()
    revision = settled.live(POD, "hal-1")["metadata"]["annotations"]["ritsuko.dev/config-revision"]
    assert revision == settled.live(HAL.ref.kind, "hal")["status"]["configRevision"]


async def test_a_pod_that_started_with_the_config_is_not_poked(settled: World) -> None:
    settled.pod("hal-1", [running("bot")])
    assert "patch Pod hal-1" not in await settled.reconcile()


async def test_a_poke_that_an_earlier_operator_owed_is_made_up_for(settled: World) -> None:
    settled.pod("hal-1", [running("bot")])
    settled.report(revision="an-old-one")
    assert "patch Pod hal-1" in await settled.reconcile()


async def test_a_field_edited_by_hand_is_put_back_and_an_event_says_so(settled: World) -> None:
    edited = settled.live(DEPLOYMENT, "hal")
    edited["spec"]["template"]["spec"]["containers"][0]["image"] = "evil:1"
    settled.put(next(ref for ref in settled.objects if ref.kind == DEPLOYMENT), edited)
    settled.events.clear()
    assert await settled.reconcile() == ["apply Deployment hal"]
    assert [(event.reason, event.note) for event in settled.events] == [
        (
            "Repaired",
            "Deployment ops/hal was changed by somebody else (spec.template.spec.containers[bot].image) and has "
            "been restored; edit RitsukoBot hal (for example its `podTemplate`) or its McpSidecars instead",
        )
    ]


async def test_a_deleted_child_is_made_again_and_an_event_says_so(settled: World) -> None:
    settled.remove(next(ref for ref in settled.objects if ref.kind == CONFIG_MAP))
    settled.events.clear()
    assert await settled.reconcile() == ["apply ConfigMap hal-mcp"]
    assert settled.events[0].note == "ConfigMap ops/hal-mcp was deleted by somebody else and has been created again"


async def test_what_others_add_stays(settled: World) -> None:
    live = settled.live(DEPLOYMENT, "hal")
    live["spec"]["template"]["metadata"].setdefault("annotations", {})["kubectl.kubernetes.io/restartedAt"] = "now"
    settled.put(next(ref for ref in settled.objects if ref.kind == DEPLOYMENT), live)
    assert await settled.reconcile() == []


async def test_tokens_stay_the_same_and_are_in_no_other_object(settled: World) -> None:
    before = settled.live(SECRET, "hal-mcp-tokens")["data"]
    settled.sidecar("logs", server="logs")
    await settled.reconcile("logs")
    after = settled.live(SECRET, "hal-mcp-tokens")["data"]
    assert after["kubernetes.1"] == before["kubernetes.1"]
    assert after["logs.1"] != after["kubernetes.1"]
    others = json.dumps([live for ref, live in settled.objects.items() if ref.kind != SECRET])
    assert not [token for token in after.values() if token in others]


async def test_a_changed_secret_rolls_the_pod_if_the_pod_reads_what_changed(settled: World) -> None:
    settled.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="key", OTHER="not read")
    assert await settled.secrets_changed()
    assert await settled.reconcile() == []
    settled.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="rotated")
    assert await settled.secrets_changed()
    assert await settled.reconcile() == ["apply Deployment hal"]
    assert not await settled.secrets_changed()


async def test_a_secret_that_several_bots_name_is_looked_at_once_for_all_of_them(settled: World) -> None:
    settled.bot("eve")
    await settled.bots.reconcile(BotKey(NAMESPACE, "eve"))
    zulip = ObjectRef(SECRET, NAMESPACE, "zulip")
    assert settled.secrets.named() == [zulip]
    assert [ref.name for ref in settled.secrets.own()] == ["hal-mcp-tokens"], "eve has no servers"
    settled.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="rotated")
    assert set(await settled.secrets.changed(zulip)) == {HAL, BotKey(NAMESPACE, "eve")}
    settled.memory.forget(HAL)
    assert await settled.secrets.changed(zulip) == [BotKey(NAMESPACE, "eve")]


async def test_our_own_write_of_the_token_secret_is_no_change_to_come_back_for(world: World) -> None:
    await world.reconcile()
    assert not await world.secrets_changed()


async def test_without_credentials_no_pod_is_made_and_the_status_says_what_to_create(world: World) -> None:
    world.remove(next(ref for ref in world.objects if ref.kind == SECRET))
    assert await world.bots.reconcile(HAL) is not None  # it looks again by itself
    assert not world.exists(DEPLOYMENT, "hal")
    for kind in ("Ready", "ZulipConnected"):
        condition = world.condition(kind)
        assert (condition["status"], condition["reason"]) == ("False", "CredentialsMissing")
        assert condition["message"] == (
            "Secret zulip not found: create it in namespace ops with the keys ZULIP_EMAIL and ZULIP_API_KEY"
        )
    world.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="key")
    world.events.clear()
    await world.reconcile()
    assert world.exists(DEPLOYMENT, "hal")
    assert "Repaired" not in [event.reason for event in world.events]


async def test_a_running_bot_is_not_replaced_when_its_credentials_go(settled: World) -> None:
    settled.secret("zulip", ZULIP_EMAIL="hal@chat.test")
    writes = await settled.reconcile()
    assert "apply Deployment hal" not in writes
    message = settled.condition("Ready")["message"]
    assert message.startswith("Secret zulip has no key ZULIP_API_KEY: add it")
    assert "the running bot keeps the credentials" in message


async def test_a_site_may_live_in_the_secret(world: World) -> None:
    world.bot(zulip={"credentialsSecret": {"name": "zulip"}})
    await world.reconcile()
    assert "no key ZULIP_SITE" in world.condition("Ready")["message"]


async def test_a_child_that_is_no_longer_wanted_goes(settled: World) -> None:
    settled.bot(rbac={"scope": "None"})
    assert "delete RoleBinding hal-reader" in await settled.reconcile()
    assert settled.exists(ROLE_BINDING, "hal")


async def test_the_token_secret_goes_with_the_last_server_that_took_a_token(settled: World) -> None:
    settled.sidecar("kubernetes", server="kubernetes", auth={"mode": "None"})
    await settled.reconcile()
    assert settled.exists(SECRET, "hal-mcp-tokens")  # a pod from before may still start with it
    settled.rolled_out()
    assert "delete Secret hal-mcp-tokens" in await settled.reconcile()
    assert await settled.reconcile() == []


async def test_a_binding_to_another_role_is_deleted_and_made_anew(settled: World) -> None:
    ref = next(ref for ref in settled.objects if ref.kind == ROLE_BINDING and ref.name == "hal-reader")
    live = settled.objects[ref]
    live["roleRef"]["name"] = "cluster-admin"
    settled.put(ref, live)
    assert await settled.reconcile() == ["delete RoleBinding hal-reader", "apply RoleBinding hal-reader"]
    assert settled.live(ROLE_BINDING, "hal-reader")["roleRef"]["name"] == "ritsuko-reader"


async def test_when_the_bot_is_gone_its_cluster_wide_binding_goes_and_the_rest_is_left_to_the_collector(
    settled: World,
) -> None:
    settled.bot(rbac={"scope": "Cluster"})
    await settled.reconcile()
    assert settled.exists(CLUSTER_ROLE_BINDING, "ritsuko:ops:hal-reader")
    settled.remove(HAL.ref)
    assert await settled.reconcile() == ["delete ClusterRoleBinding ritsuko:ops:hal-reader"]


async def test_an_object_of_somebody_else_is_never_taken_over(world: World) -> None:
    foreign = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "hal", "namespace": "ops"}}
    ref = HAL.ref._replace(kind=SERVICE_ACCOUNT)
    world.put(ref, foreign)
    world.cache.remove(ref)  # it has not our label, so no watch shows it
    assert "apply ServiceAccount hal" not in await world.reconcile()
    stalled = world.condition("Stalled")
    assert (stalled["status"], stalled["reason"]) == ("True", "NameTaken")
    assert "ServiceAccount ops/hal already exists" in stalled["message"]


async def test_a_child_whose_labels_somebody_took_is_still_ours(settled: World) -> None:
    ref = HAL.ref._replace(kind=DEPLOYMENT)
    live = settled.objects[ref]
    live["metadata"]["labels"] = {}
    settled.put(ref, live)
    settled.cache.remove(ref)
    assert await settled.reconcile() == ["apply Deployment hal"]


async def test_a_spec_that_cannot_be_read_stalls_and_what_ran_keeps_running(settled: World) -> None:
    settled.bot(zulip={"credentialsSecret": {}})
    assert await settled.reconcile() == ["status RitsukoBot hal"]
    stalled = settled.condition("Stalled")
    assert (stalled["status"], stalled["reason"], stalled["observedGeneration"]) == ("True", "InvalidSpec", 2)
    assert "zulip.credentialsSecret.name" in stalled["message"]
    assert settled.exists(DEPLOYMENT, "hal")
    settled.bot()
    await settled.reconcile()
    assert settled.condition("Stalled")["status"] == "False"


async def test_a_refusal_that_may_pass_is_tried_again_and_the_rest_is_done(world: World) -> None:
    world.refuse[ROLE] = ApiError("applying Role ops/hal", 403, "Forbidden", "no rights yet")
    with pytest.raises(NotDoneError):
        await world.reconcile()
    assert world.exists(DEPLOYMENT, "hal")
    reconciling = world.condition("Reconciling")
    assert (reconciling["status"], reconciling["reason"]) == ("True", "ApplyFailed")
    assert "no rights yet" in reconciling["message"]
    world.refuse.clear()
    assert "apply Role hal" in await world.reconcile()


async def test_a_refusal_for_good_stalls_instead_of_being_repeated(world: World) -> None:
    world.refuse[DEPLOYMENT] = ApiError("applying Deployment ops/hal", 422, "Invalid", "spec.x: bad")
    await world.reconcile()
    stalled = world.condition("Stalled")
    assert (stalled["status"], stalled["reason"]) == ("True", "ApplyRefused")
    assert "spec.x: bad" in stalled["message"]


async def test_a_bot_that_is_being_deleted_is_left_alone(settled: World) -> None:
    live = settled.objects[HAL.ref]
    live["metadata"]["deletionTimestamp"] = "2026-11-24T11:00:00Z"
    settled.put(HAL.ref, live)
    settled.remove(next(ref for ref in settled.objects if ref.kind == CONFIG_MAP))
    assert await settled.reconcile() == []


async def test_ready_only_when_the_bot_says_so_and_transitions_are_announced_once(settled: World) -> None:
    revision = settled.live(HAL.ref.kind, "hal")["status"]["configRevision"]
    settled.pod("hal-1", [running("bot"), running("mcp-kubernetes")])
    await settled.reconcile()
    assert settled.condition("Ready")["reason"] == "NoReport"
    settled.events.clear()
    settled.now = parse_rfc3339("2026-11-24T10:05:00Z")
    settled.report(revision=revision, servers=[server("kubernetes")])
    await settled.reconcile()
    ready = settled.condition("Ready")
    assert (ready["status"], ready["message"]) == ("True", "connected to Zulip, 1 of 1 sidecars ready")
    assert ready["lastTransitionTime"] == "2026-11-24T10:05:00Z"
    await settled.reconcile()
    assert [event.reason for event in settled.events] == ["Ready"]


async def test_the_report_of_a_pod_whose_bot_is_not_ready_is_not_believed(settled: World) -> None:
    settled.pod("hal-1", [running("bot", ready=False), running("mcp-kubernetes")])
    settled.report(servers=[server("kubernetes")])
    await settled.reconcile()
    assert settled.condition("Ready")["status"] == "False"
    assert settled.condition("ZulipConnected")["status"] == "Unknown"


async def test_a_bot_that_is_not_ready_since_it_cannot_reach_zulip_is_believed_that_much(settled: World) -> None:
    settled.pod("hal-1", [running("bot", ready=False), running("mcp-kubernetes")])
    settled.report(zulip={"connected": False, "message": "https://chat.test cannot be reached"})
    await settled.reconcile()
    for kind in ("ZulipConnected", "Ready"):
        told = settled.condition(kind)
        assert (told["status"], told["reason"]) == ("False", "NotConnected")
        assert told["message"] == "https://chat.test cannot be reached"


async def test_the_bots_own_report_is_never_written_over(settled: World) -> None:
    settled.pod("hal-1", [running("bot"), running("mcp-kubernetes")])
    settled.report(servers=[server("kubernetes")])
    await settled.reconcile()
    assert settled.live(HAL.ref.kind, "hal")["status"]["runtime"] == report(servers=[server("kubernetes")])


async def test_a_crashing_container_changes_the_status_once_for_each_restart(settled: World) -> None:
    crashed = ended(1, message="no such file")
    settled.pod("hal-1", [running("bot"), waiting("mcp-kubernetes", "CrashLoopBackOff", restarts=2, lastState=crashed)])
    await settled.reconcile("kubernetes")
    # the same restart, seen while it runs and falls over
    settled.pod("hal-1", [running("bot"), running("mcp-kubernetes", ready=False, restarts=2, lastState=crashed)])
    assert await settled.reconcile("kubernetes") == []


async def test_a_token_that_cannot_be_written_down_is_given_to_no_pod(world: World) -> None:
    world.sidecar("third", image="registry.test/third:1", port=9000)
    world.refuse = {SECRET: ApiError("applying", 429, "TooManyRequests", "later")}
    with pytest.raises(NotDoneError):
        await world.reconcile()
    assert not world.exists(DEPLOYMENT, "hal")
    world.refuse = {}
    assert (
        sum(write.startswith("apply Deployment") for write in [*await world.reconcile(), *await world.reconcile()]) == 1
    )


async def test_a_bot_that_the_operator_failed_on_says_so_until_it_does_no_more(settled: World) -> None:
    await settled.bots.failed(HAL, KeyError("nobody thought of this"))
    said = {one["type"]: one for one in settled.live(HAL.ref.kind, "hal")["status"]["conditions"]}
    assert (said["Ready"]["status"], said["Stalled"]["status"], said["Stalled"]["reason"]) == (
        "False",
        "True",
        "OperatorFailed",
    )
    assert said["Stalled"]["message"] == (
        "internal error in the operator (KeyError), which retries: report it with the operator's log; the "
        "previous version keeps running"
    )
    assert await settled.reconcile() == ["status RitsukoBot hal"]
    said = {one["type"]: one for one in settled.live(HAL.ref.kind, "hal")["status"]["conditions"]}
    assert said["Stalled"]["status"] == "False"
