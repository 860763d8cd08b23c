"""From the two resources to what runs: apply, change, drift, delete."""

from __future__ import annotations

import pytest

from tests.integration.operator.eventually import eventually
from tests.integration.operator.operator_process import OperatorProcess
from tests.integration.operator.story import Story, unchanged

pytestmark = [pytest.mark.controlplane, pytest.mark.usefixtures("operator")]


def test_a_bot_and_its_sidecars_become_a_deployment_and_what_it_needs(story: Story) -> None:
    story.sidecar("kubernetes", server="kubernetes")
    story.sidecar("weather", image="example.test/weather:1", port=9000)
    story.bot(rbac={"scope": "Cluster"})
    eventually(lambda: story.containers() == ["bot", "mcp-kubernetes", "mcp-weather"], what="all containers")
    for kind in ("serviceaccount", "role", "rolebinding"):
        assert "hal" in story.names(kind)
    assert story.names("configmap") == {"hal-mcp"}
    assert set(story.get("secret", "hal-mcp-tokens")["data"]) == {"kubernetes.1", "weather.1"}
    assert f"ritsuko:{story.namespace}:hal-reader" in story.names("clusterrolebinding")
    assert story.config()["mcpServers"]["weather"]["url"] == "http://localhost:9000/mcp"


def test_a_sidecar_that_comes_later_joins_and_one_that_goes_leaves(story: Story) -> None:
    story.bot()
    story.settled()
    story.sidecar("logs", server="logs")
    eventually(lambda: story.containers() == ["bot", "mcp-logs"], what="the new container")
    story.delete("sidecar", "logs")
    eventually(lambda: story.containers() == ["bot"], what="the container gone")
    eventually(lambda: story.config()["mcpServers"] == {}, what="the server gone from the config")


def test_a_selector_takes_sidecars_by_their_labels(story: Story) -> None:
    story.sidecar("logs", bot=None, labels={"team": "sre"}, server="logs")
    story.bot(mcpSidecars={"selector": {"matchLabels": {"team": "sre"}}})
    eventually(lambda: story.containers() == ["bot", "mcp-logs"], what="the selected container")
    story.edit("sidecar", "logs", {"metadata": {"labels": {"team": "web"}}})
    eventually(lambda: story.containers() == ["bot"], what="the container gone with the label")


def test_a_tools_policy_changes_the_config_and_leaves_the_pod_alone(story: Story) -> None:
    story.sidecar("kubernetes", server="kubernetes")
    story.bot()
    story.settled()
    eventually(lambda: story.containers() == ["bot", "mcp-kubernetes"], what="both containers")

    def change() -> None:
        story.sidecar("kubernetes", server="kubernetes", tools={"allow": ["get"]})
        eventually(
            lambda: story.config()["mcpServers"]["kubernetes"].get("tools", {}).get("allow") == ["get"],
            what="the policy in the config",
        )

    assert unchanged(lambda: story.get("deployment", "hal")["metadata"]["generation"], during=change)


def test_after_a_change_of_the_config_the_pod_is_annotated_so_that_the_kubelet_looks(story: Story) -> None:
    story.sidecar("kubernetes", server="kubernetes")
    story.bot()
    eventually(lambda: story.containers() == ["bot", "mcp-kubernetes"], what="both containers")
    pod = story.serving("kubernetes")
    story.sidecar("kubernetes", server="kubernetes", tools={"deny": ["describe"]})

    def poked() -> bool:
        annotations = story.get("pod", pod)["metadata"].get("annotations", {})
        return annotations.get("ritsuko.dev/config-revision") == story.config()["revision"]

    eventually(poked, what="the pod is annotated with the new revision")


@pytest.mark.parametrize(
    ("kind", "name", "edit"),
    [
        ("deployment", "hal", {"spec": {"replicas": 7}}),
        ("configmap", "hal-mcp", {"data": {"mcp.json": "{}"}}),
        ("role", "hal", {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}),
        ("serviceaccount", "hal", {"metadata": {"labels": {"app.kubernetes.io/managed-by": None}}}),
    ],
)
def test_what_somebody_edits_is_put_back(story: Story, kind: str, name: str, edit: dict[str, object]) -> None:
    story.sidecar("kubernetes", server="kubernetes")
    story.bot()
    story.settled()
    wanted = {key: story.get(kind, name).get(key) for key in edit if key != "metadata"}
    story.edit(kind, name, edit)

    def repaired() -> bool:
        live = story.get(kind, name)
        labels = live["metadata"]["labels"]
        return labels.get("app.kubernetes.io/managed-by") == "ritsuko-operator" and all(
            live.get(key) == value for key, value in wanted.items() if key != "spec"
        )

    eventually(repaired, what=f"{kind} {name} is repaired")
    eventually(lambda: story.get("deployment", "hal")["spec"]["replicas"] == 1, what="one replica")


@pytest.mark.parametrize(
    ("kind", "name"),
    [("deployment", "hal"), ("configmap", "hal-mcp"), ("rolebinding", "hal-reader"), ("secret", "hal-mcp-tokens")],
)
def test_what_somebody_deletes_is_made_again_and_an_event_says_so(story: Story, kind: str, name: str) -> None:
    story.sidecar("kubernetes", server="kubernetes")
    story.bot()
    eventually(lambda: story.containers() == ["bot", "mcp-kubernetes"], what="both containers")
    before = story.get(kind, name)["metadata"]["uid"]
    story.delete(kind, name)
    eventually(
        lambda: story.exists(kind, name) and story.get(kind, name)["metadata"]["uid"] != before,
        what=f"{kind} {name} is there again",
    )
    eventually(lambda: any("deleted by somebody" in note for note in story.events("Repaired")), what="the Event")


def test_a_config_that_somebody_made_immutable_is_made_anew_when_it_is_deleted(story: Story) -> None:
    story.bot()
    story.settled()
    story.edit("configmap", "hal-mcp", {"immutable": True})
    story.sidecar("kubernetes", server="kubernetes")
    message = story.wait_condition("Stalled", "True", "ImmutableField")
    assert f"ConfigMap {story.namespace}/hal-mcp" in message
    assert "delete it and the operator creates it again" in message
    story.delete("configmap", "hal-mcp")
    story.wait_condition("Stalled", "False", "Progressing")
    assert "kubernetes" in story.config()["mcpServers"]


def test_what_others_add_to_a_child_stays(story: Story) -> None:
    story.bot()
    story.settled()
    story.edit("deployment", "hal", {"metadata": {"annotations": {"owner": "ops"}}})
    restart = {"spec": {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "now"}}}}}
    story.edit("deployment", "hal", restart)
    story.bot(logLevel="DEBUG")
    eventually(lambda: "DEBUG" in str(story.template()), what="our own change")
    assert story.template()["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"] == "now"
    assert story.get("deployment", "hal")["metadata"]["annotations"]["owner"] == "ops"


def test_a_field_that_leaves_the_spec_leaves_the_deployment(story: Story) -> None:
    story.bot(nodeSelector={"disk": "ssd"}, podLabels={"team": "sre"})
    story.settled()
    assert story.template()["spec"]["nodeSelector"] == {"disk": "ssd"}
    story.bot()
    eventually(lambda: "nodeSelector" not in story.template()["spec"], what="the node selector gone")
    assert "team" not in story.template()["metadata"]["labels"]


def test_a_changed_secret_rolls_the_pod_and_an_unread_key_does_not(story: Story) -> None:
    story.bot()
    story.settled()
    before = story.template()
    story.secret(ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="a-key", NOTE="nobody reads this")
    story.secret(ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="another-key")
    eventually(lambda: story.template() != before, what="a new pod template")


def test_a_deleted_bot_leaves_nothing_behind(story: Story) -> None:
    story.sidecar("kubernetes", server="kubernetes")
    story.bot(rbac={"scope": "Cluster"})
    binding = f"ritsuko:{story.namespace}:hal-reader"
    eventually(lambda: story.exists("clusterrolebinding", binding), what="the cluster-wide binding")
    story.settled()
    assert not story.get("bot", "hal")["metadata"].get("finalizers")
    story.delete("bot", "hal")
    for kind in ("deployment", "configmap", "serviceaccount", "role", "rolebinding", "secret"):
        eventually(lambda kind=kind: not story.names(kind), what=f"no {kind} is left", within=30)
    eventually(lambda: not story.exists("clusterrolebinding", binding), what="the binding is gone")


def test_suspending_a_bot_scales_to_nothing_and_deletes_nothing(story: Story) -> None:
    story.bot(suspend=True)
    story.settled()
    assert story.get("deployment", "hal")["spec"]["replicas"] == 0
    assert story.wait_condition("Ready", "False", "Suspended") == "no pod runs: `suspend` is true"


def test_users_resources_get_nothing_but_a_status(story: Story, operator: OperatorProcess) -> None:
    story.sidecar("kubernetes", server="kubernetes")
    story.bot()
    story.settled()
    story.wait_condition("Accepted", "True", "Accepted", of="kubernetes", kind="sidecar")
    for kind, name in (("bot", "hal"), ("sidecar", "kubernetes")):
        metadata = story.get(kind, name)["metadata"]
        assert metadata["generation"] == 1
        assert "annotations" not in metadata
        assert "finalizers" not in metadata
        managers = {(entry["manager"], entry.get("subresource", "")) for entry in metadata["managedFields"]}
        assert managers == {("a-user", ""), ("ritsuko-operator", "status")}
