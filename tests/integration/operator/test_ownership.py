"""Two that want one name: whoever has it keeps it, and the other one is told and gets it when it is free."""

from __future__ import annotations

import pytest

from tests.cluster import ControlPlane
from tests.integration.operator.eventually import eventually
from tests.integration.operator.story import Json, Story

pytestmark = [pytest.mark.controlplane, pytest.mark.usefixtures("operator")]

_SOON = 90.0  # seconds until a bot that was refused a name looks again, and some
_COLLECTED = 60.0  # the garbage collector looks for new kinds every half minute


def test_a_bot_does_not_take_the_binding_of_another_one(story: Story) -> None:
    story.sidecar("kubernetes", bot="a", server="kubernetes")
    story.bot("a")
    eventually(lambda: story.exists("rolebinding", "a-reader"), what="the binding of the server")
    story.settled("a")
    before = identity(story, "rolebinding", "a-reader")
    story.bot("a-reader")
    message = story.wait_condition("Stalled", "True", "NameTaken", of="a-reader")
    assert f"RoleBinding {story.namespace}/a-reader belongs to RitsukoBot a:" in message
    for level in ("DEBUG", "WARNING"):
        for bot in ("a", "a-reader"):
            story.bot(bot, logLevel=level)
            story.settled(bot)
    assert identity(story, "rolebinding", "a-reader") == before
    assert story.condition("Stalled", of="a")["status"] == "False"

    story.delete("bot", "a-reader")
    collected(story, "a-reader")
    assert identity(story, "rolebinding", "a-reader") == before

    story.bot("a-reader")
    story.wait_condition("Stalled", "True", "NameTaken", of="a-reader")
    story.delete("bot", "a")
    eventually(lambda: role_of(story, "a-reader") == "a-reader", within=_SOON, what="it gets the name that is free")
    story.wait_condition("Stalled", "False", "Progressing", of="a-reader")


def test_a_service_account_stays_with_the_bot_that_made_it(story: Story) -> None:
    shared: Json = {"serviceAccount": {"name": "shared"}}
    story.bot("first", **shared)
    story.settled("first")
    before = identity(story, "serviceaccount", "shared")
    story.bot("second", **shared)
    message = story.wait_condition("Stalled", "True", "NameTaken", of="second")
    assert f"ServiceAccount {story.namespace}/shared belongs to RitsukoBot first:" in message
    assert "`serviceAccount.create`" in message
    assert identity(story, "serviceaccount", "shared") == before

    story.delete("bot", "second")
    collected(story, "second")
    assert identity(story, "serviceaccount", "shared") == before

    story.bot("second", **shared)
    story.wait_condition("Stalled", "True", "NameTaken", of="second")
    story.delete("bot", "first")
    second = story.get("bot", "second")["metadata"]["uid"]
    eventually(lambda: owner(story, "serviceaccount", "shared") == second, within=_SOON, what="it is handed on")
    story.wait_condition("Stalled", "False", "Progressing", of="second")


def test_what_a_deletion_left_behind_or_an_earlier_bot_had_goes_to_the_next_bot_of_that_name(story: Story) -> None:
    story.bot()
    story.settled()
    for leave in (story.orphan, story.delete):
        leave("bot", "hal")
        story.bot()
        now = story.get("bot", "hal")["metadata"]["uid"]
        for kind in ("deployment", "serviceaccount", "role", "rolebinding"):
            eventually(
                lambda kind=kind, now=now: owner(story, kind, "hal") == now,
                within=_COLLECTED,
                what=f"the {kind} is the new bot's",
            )
        story.wait_condition("Stalled", "False", "Progressing")


def test_nothing_is_built_on_what_somebody_else_has(plane: ControlPlane, story: Story) -> None:
    rbac = "rbac.authorization.k8s.io/v1"
    secrets = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}
    strangers: dict[str, tuple[str, Json]] = {
        "of-role": ("role", {"apiVersion": rbac, "kind": "Role", "rules": [secrets]}),
        "of-account": ("serviceaccount", {"apiVersion": "v1", "kind": "ServiceAccount"}),
        "of-config": ("configmap", {"apiVersion": "v1", "kind": "ConfigMap"}),
        "of-tokens": ("secret", {"apiVersion": "v1", "kind": "Secret"}),
        "of-policy": (
            "networkpolicy",
            {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "spec": {"podSelector": {}}},
        ),
    }
    names = {bot: bot for bot in strangers} | {"of-config": "of-config-mcp", "of-tokens": "of-tokens-mcp-tokens"}
    for bot, (kind, manifest) in strangers.items():
        story.create(kind, {**manifest, "metadata": {"name": names[bot]}})
        story.sidecar(f"kube-{bot}", bot=bot, server="kubernetes")
        story.bot(bot, networkPolicy={"enabled": True})
    for bot in strangers:
        assert names[bot] in story.wait_condition("Stalled", "True", "NameTaken", of=bot)
    assert story.names("deployment") == {"of-role"}
    assert "of-role" not in story.names("rolebinding")
    assert not may_get_secrets(plane, story, account="of-role")

    for bot, (kind, _) in strangers.items():
        story.delete(kind, names[bot])
    for bot in strangers:
        eventually(lambda bot=bot: story.exists("deployment", bot), within=_SOON, what=f"{bot} gets its pod")
    eventually(lambda: role_of(story, "of-role") == "of-role", within=_SOON, what="the role is bound")


def collected(story: Story, bot: str) -> None:
    """Waits until the children of the deleted bot are gone."""
    eventually(lambda: not story.exists("role", bot), within=_COLLECTED, what=f"the children of {bot} are collected")


def may_get_secrets(plane: ControlPlane, story: Story, *, account: str) -> bool:
    attributes = {"namespace": story.namespace, "verb": "get", "resource": "secrets"}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": f"system:serviceaccount:{story.namespace}:{account}", "resourceAttributes": attributes},
    }
    answer = plane.api.request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
    return bool(answer["status"]["allowed"])


def identity(story: Story, kind: str, name: str) -> tuple[str, str | None]:
    return story.get(kind, name)["metadata"]["uid"], owner(story, kind, name)


def owner(story: Story, kind: str, name: str) -> str | None:
    live = story.find(kind, name) or {"metadata": {}}
    return next((entry["uid"] for entry in live["metadata"].get("ownerReferences", [])), None)


def role_of(story: Story, binding: str) -> str | None:
    live = story.find("rolebinding", binding)
    return live["roleRef"]["name"] if live else None
