"""The apiserver, etcd or the network fail while users go on: in the end everything is as if nothing had been.

The operator of these stories is looked after as a kubelet would, and its restarts are counted.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cluster import ControlPlane
from tests.integration.operator.eventually import eventually
from tests.integration.operator.planes import ROOT
from tests.integration.operator.reliability.final_state import differences, final_state
from tests.integration.operator.reliability.proxy import Lost, Proxy, Refused, Rule
from tests.integration.operator.reliability.supervised import SupervisedOperator
from tests.integration.operator.story import Story
from tests.integration.operator.test_faults import cut_power

pytestmark = pytest.mark.controlplane

_STORM = 8.0  # seconds
_ETCD_OUTAGE = 35.0  # a request is given up after 30 s: those that were sent when it began must be tried again
# A key that fails is tried again after 0.2 s, 0.4 s and so on, so 6 times in 8 s; a bot's try reads three Secrets and
# writes a status, a sidecar's writes a status.
_KEYS, _TRIES, _REQUESTS_OF_A_TRY = 5, 7, 5


@pytest.fixture(scope="module")
def proxy(plane: ControlPlane) -> Iterator[Proxy]:
    with Proxy(plane) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def operator(proxy: Proxy, token: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SupervisedOperator]:
    folder = tmp_path_factory.mktemp("operator")
    settings = {"RITSUKO_RESYNC_PERIOD": "2", "RITSUKO_SECRETS_PERIOD": "30", "RITSUKO_OWN_SECRETS_PERIOD": "30"}
    with SupervisedOperator(proxy.kubeconfig(folder, token), folder / "log", **settings) as operator:
        yield operator
        assert "reconciling it failed" not in operator.log_text()


@pytest.fixture(scope="module")
def expected(plane: ControlPlane, operator: SupervisedOperator) -> dict[str, Any]:
    """What it comes to when nothing fails."""
    story = begun(plane)
    go_on(story)
    return end_of(story, plane)


def begun(plane: ControlPlane) -> Story:
    story = Story(plane)
    story.secret()
    story.sidecar("kubernetes", server="kubernetes")
    story.sidecar("logs", server="logs")
    story.bot(rbac={"scope": "Namespace"})
    story.bot("old", rbac={"scope": "Cluster"})
    story.settled()
    story.settled("old")
    return story


def go_on(story: Story) -> None:
    """Users change and delete what is theirs, and what is not."""
    story.sidecar("kubernetes", server="kubernetes", tools={"allow": ["get"]})
    story.delete("sidecar", "logs")
    story.sidecar("third", image="registry.test/third:1", port=9000)
    story.delete("bot", "old")
    story.delete("role", "hal")
    story.edit("rolebinding", "hal", {"subjects": []})


def end_of(story: Story, plane: ControlPlane) -> dict[str, Any]:
    """What it has come to, once the pods run and the bot says so."""

    def followed() -> bool:
        servers = {name.removeprefix("mcp-") for name in story.containers()} - {"bot"}
        mounted = servers == story.config()["mcpServers"].keys() == {"kubernetes", "third"}
        return mounted and story.exists("role", "hal") and bool(story.get("rolebinding", "hal").get("subjects"))

    eventually(followed, within=90, what="the users' changes are followed")
    story.settled()
    story.serving("kubernetes", "third")
    story.wait_condition("Ready", "True", "Ready")
    for name in ("kubernetes", "third"):
        story.wait_condition("Ready", "True", "Ready", of=name, kind="sidecar")
    eventually(lambda: not binding_of_old(story, plane), within=90, what="the deleted bot's binding is gone")
    # the garbage collector looks every half minute which kinds there are, and takes its time with what it missed
    eventually(lambda: len(story.items("pod")) == 1, within=240, what="the old pods are gone")
    eventually(lambda: len(story.get("secret", "hal-mcp-tokens")["data"]) == 2, within=60, what="and their tokens")
    eventually(lambda: story.condition("Reconciling")["status"] == "False", within=60, what="and the status knows it")
    return final_state(plane.api, story.namespace, history=False)


def binding_of_old(story: Story, plane: ControlPlane) -> list[str]:
    items = plane.api.request("GET", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings")["items"]
    return [item["metadata"]["name"] for item in items if f":{story.namespace}:" in item["metadata"]["name"]]


@pytest.mark.parametrize(
    ("stop", "go_on_again"),
    [(ControlPlane.pause_etcd, ControlPlane.resume_etcd), (ControlPlane.kill_etcd, ControlPlane.start_etcd)],
    ids=["it hangs", "it is killed"],
)
def test_etcd_is_away_for_half_a_minute(
    plane: ControlPlane,
    operator: SupervisedOperator,
    expected: dict[str, Any],
    stop: Callable[[ControlPlane], None],
    go_on_again: Callable[[ControlPlane], None],
) -> None:
    story, restarts = begun(plane), operator.restarts
    with operator.frozen():  # what it has to do, it learns when nothing can be written any more
        go_on(story)
        stop(plane)
    try:
        time.sleep(_ETCD_OUTAGE)
    finally:
        go_on_again(plane)
    eventually(lambda: plane.api.answers("/readyz"), within=60, what="the apiserver has found etcd again")
    assert differences(expected, end_of(story, plane)) == []
    assert operator.restarts == restarts


def test_watches_that_break_and_must_begin_anew_after_deletions(
    plane: ControlPlane, proxy: Proxy, operator: SupervisedOperator, expected: dict[str, Any]
) -> None:
    story, restarts, expired = begun(plane), operator.restarts, proxy.expired_watches
    with proxy.spoilt(lambda _: Lost()):
        proxy.cut_watches()
        go_on(story)
        cut_power(plane)  # it remembers no old events then
    assert differences(expected, end_of(story, plane)) == []
    assert operator.restarts == restarts
    assert proxy.expired_watches > expired, "the apiserver could still tell everything: this showed nothing"


@pytest.mark.parametrize(
    "rule",
    [
        lambda _: Refused(429, {"Retry-After": "1"}),
        lambda _: Refused(503),
        lambda request: Refused(429) if request.order % 3 else None,
    ],
    ids=["429 for all", "503 for all", "429 for two thirds"],
)
def test_a_storm_of_refusals(
    plane: ControlPlane, proxy: Proxy, operator: SupervisedOperator, expected: dict[str, Any], rule: Rule
) -> None:
    story, restarts = begun(plane), operator.restarts
    operator.settled(quiet=1)
    with proxy.spoilt(rule):
        before = len(proxy.seen)
        go_on(story)
        time.sleep(_STORM)
        asked = Counter(str(request) for request in proxy.seen[before:] if story.namespace in request.path)
    assert asked.total() <= _KEYS * _TRIES * _REQUESTS_OF_A_TRY, f"in {_STORM:g} s: {asked.most_common()}"
    assert differences(expected, end_of(story, plane)) == []
    assert operator.restarts == restarts


def test_watches_that_stay_open_and_deliver_nothing(
    plane: ControlPlane, proxy: Proxy, operator: SupervisedOperator, expected: dict[str, Any]
) -> None:
    story, restarts = begun(plane), operator.restarts
    proxy.stall_watches()
    go_on(story)
    assert differences(expected, end_of(story, plane)) == []
    story.delete("role", "hal")
    eventually(lambda: story.exists("role", "hal"), what="it repairs")
    # kopf opens a watch anew that was silent for 70 s; only where that does not help is the operator started again
    assert operator.restarts <= restarts + 1


def test_crds_that_are_deleted_and_made_anew(
    plane: ControlPlane, operator: SupervisedOperator, expected: dict[str, Any]
) -> None:
    restarts = operator.restarts
    plane.kubectl("delete", "crd", "ritsukobots.ritsuko.dev", "mcpsidecars.ritsuko.dev")
    eventually(lambda: operator.restarts > restarts, within=120, what="it ends")
    for name in ("ritsukobots", "mcpsidecars"):
        plane.kubectl("apply", "-f", str(ROOT / "crds" / f"{name}.yaml"))
    plane.kubectl("wait", "--for=condition=Established", "crd", "ritsukobots.ritsuko.dev", "mcpsidecars.ritsuko.dev")
    story = begun(plane)
    go_on(story)
    assert differences(expected, end_of(story, plane)) == []
    assert operator.restarts <= restarts + 2
