"""What a container gets, and does not get."""

import json

import pytest

from ritsuko_api import config
from ritsuko_operator.render import RenderError, accept, config_revision
from tests.unit.render.resources import bot, containers, rendered, sidecar

SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"


def paths(container: dict[str, object]) -> set[str]:
    return {mount["mountPath"] for mount in container["volumeMounts"]}  # type: ignore[attr-defined]


def test_the_service_account_is_for_those_who_need_it() -> None:
    pod = rendered(
        bot(),
        sidecar("kubernetes", server="kubernetes"),
        sidecar("logs", server="logs", mountServiceAccountToken=False),
        sidecar("prometheus", server="prometheus"),
        sidecar("other", image="x", port=9000),
        sidecar("asks", image="x", port=9001, mountServiceAccountToken=True),
    )
    have = {name for name, container in containers(pod).items() if SERVICE_ACCOUNT in paths(container)}
    assert have == {"bot", "mcp-kubernetes", "mcp-asks"}
    assert pod["Deployment"]["spec"]["template"]["spec"]["automountServiceAccountToken"] is False


def test_each_container_knows_its_own_token_at_most() -> None:
    pod = rendered(bot(), sidecar("a", server="logs"), sidecar("b", image="x", port=9000, auth={"mode": "None"}))
    found = containers(pod)
    assert "/etc/ritsuko/tokens" in paths(found["bot"])
    for name in ("mcp-a", "mcp-b"):
        assert not paths(found[name]) & {"/etc/ritsuko/tokens", "/etc/ritsuko/mcp"}
    keys = [
        variable["valueFrom"]["secretKeyRef"]["key"]
        for variable in found["mcp-a"]["env"]
        if variable["name"] == "MCP_AUTH_TOKEN"
    ]
    assert keys == ["a.1"]
    assert "MCP_AUTH_TOKEN" not in {variable["name"] for variable in found["mcp-b"]["env"]}


def test_no_token_is_anywhere_but_in_its_secret() -> None:
    pod = rendered(bot(), sidecar("a", server="logs"))
    secret = pod.pop("Secret")
    assert secret["data"] == {"a.1": "b2YtYQ=="}
    assert "of-a" not in json.dumps(pod)
    assert "b2YtYQ==" not in json.dumps(pod)


def test_a_variable_of_the_user_s_replaces_ours_and_is_there_once() -> None:
    pod = rendered(
        bot(
            env=[{"name": "LOG_LEVEL", "value": "ERROR"}],
            mcpSidecars={"defaults": {"env": [{"name": "ZONE", "value": "all"}, {"name": "MCP_PORT", "value": "1"}]}},
        ),
        sidecar("a", server="logs", env=[{"name": "ZONE", "value": "mine"}]),
    )
    for container in containers(pod).values():
        names = [variable["name"] for variable in container["env"]]
        assert len(names) == len(set(names))
    assert {"name": "LOG_LEVEL", "value": "ERROR"} in containers(pod)["bot"]["env"]
    assert {"name": "ZONE", "value": "mine"} in containers(pod)["mcp-a"]["env"]
    assert {"name": "MCP_PORT", "value": "1"} in containers(pod)["mcp-a"]["env"]


def test_every_container_has_a_tmp_of_its_own_unless_it_brings_one() -> None:
    volumes = [{"name": "big", "emptyDir": {}}]
    brings = sidecar("b", image="x", port=9000, volumes=volumes, volumeMounts=[{"name": "big", "mountPath": "/tmp"}])
    pod = rendered(bot(), sidecar("a", server="logs"), brings)
    tmp = {
        name: [mount["name"] for mount in container["volumeMounts"] if mount["mountPath"] == "/tmp"]
        for name, container in containers(pod).items()
    }
    assert tmp == {"bot": ["tmp"], "mcp-a": ["tmp-a"], "mcp-b": ["big"]}
    known = {volume["name"] for volume in pod["Deployment"]["spec"]["template"]["spec"]["volumes"]}
    assert {name for names in tmp.values() for name in names} <= known
    assert "tmp-b" not in known


def test_the_names_of_volumes_fit_for_the_longest_sidecar() -> None:
    pod = rendered(bot(), sidecar("s" * 59, server="logs"))
    for volume in pod["Deployment"]["spec"]["template"]["spec"]["volumes"]:
        assert len(volume["name"]) <= 63


def test_a_volume_that_two_sidecars_bring_alike_is_there_once() -> None:
    shared = {"volumes": [{"name": "shared", "emptyDir": {}}]}
    pod = rendered(bot(), sidecar("a", image="x", port=9000, **shared), sidecar("b", image="x", port=9001, **shared))
    names = [volume["name"] for volume in pod["Deployment"]["spec"]["template"]["spec"]["volumes"]]
    assert names.count("shared") == 1
    assert {"mcp-a", "mcp-b"} <= containers(pod).keys()


def test_the_bot_reads_the_config_that_the_operator_speaks_of() -> None:
    one, logs = bot(), sidecar("logs", server="logs", tools={"deny": ["search"]})
    text = rendered(one, logs)["ConfigMap"]["data"]["mcp.json"]
    read = config.parse(text)
    assert read.revision == config_revision(one, accept(one, [logs]))
    assert read.mcp_servers["logs"].tools.deny == ["search"]


def test_without_sidecars_there_is_no_token_secret_and_nobody_reads_the_cluster() -> None:
    pod = rendered(bot(rbac={"scope": "Cluster"}), sidecar("prometheus", server="prometheus", auth={"mode": "None"}))
    assert pod.keys() == {"ServiceAccount", "Role", "RoleBinding", "ConfigMap", "Deployment"}


def test_a_bot_that_cannot_be_rendered_says_what_to_change() -> None:
    with pytest.raises(RenderError, match=r"podLabels.*remove it"):
        rendered(bot(podLabels={"app.kubernetes.io/name": "mine"}))
