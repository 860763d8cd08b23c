"""Whatever write the operator is killed at: the next one brings everything to the same end."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.cluster import ControlPlane
from tests.integration.operator.eventually import eventually
from tests.integration.operator.reliability.final_state import differences, final_state
from tests.integration.operator.reliability.proxy import Lost, Proxy
from tests.integration.operator.reliability.supervised import ForkedOperator, MortalOperator
from tests.integration.operator.story import Story

pytestmark = [
    pytest.mark.controlplane,
    # The proxy's own: asyncio of Python 3.11 leaves a socket behind when a TLS handshake is cancelled, as it is here
    # for requests whose sender was killed.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

_AT_A_TIME = 3
_REST = 3.0  # seconds without a write: it has got everything done


def made(story: Story, replicas: int = 2) -> None:
    story.sidecar("kubernetes", server="kubernetes")
    story.sidecar("logs", server="logs")
    story.sidecar("third", image="registry.test/third:1", port=9000)
    story.bot(rbac={"scope": "Namespace"}, replicas=replicas)


def changed(story: Story) -> None:
    """One sidecar goes, another comes, a third is set up differently; the role and all tokens are to go."""
    story.delete("sidecar", "third")
    story.sidecar("logs", server="logs", tools={"allow": ["search"]}, env=[{"name": "A", "value": "b"}])
    story.sidecar("fourth", image="registry.test/fourth:1", port=9001)
    story.bot(rbac={"scope": "None"})
    story.edit("bot", "hal", {"metadata": {"annotations": {"ritsuko.dev/rotate-tokens": "once"}}})


def reconfigured(story: Story) -> None:
    """Nothing that a pod has to be made anew for, and drift."""
    story.sidecar("logs", server="logs", tools={"allow": ["search"]})
    story.edit("configmap", "hal-mcp", {"data": {"mcp.json": "{}"}})
    story.delete("serviceaccount", "hal")
    story.delete("rolebinding", "hal")


def switched_off(story: Story) -> None:
    story.bot(mcpSidecars={"enabled": False})


@dataclass
class Run:
    """One story with one death in it: at that write, before or after the apiserver did it."""

    story: Story
    write: int
    forwarded: bool
    killed: bool = False
    writes: int = 0  # that it came to
    tokens: dict[str, str | None] = field(default_factory=dict[str, str | None])  # those in use after the death

    def __str__(self) -> str:
        return f"killed {'after' if self.forwarded else 'before'} write {self.write}"


Act = Callable[[Story], None]


@pytest.mark.parametrize("act", [made, changed, reconfigured, switched_off], ids=lambda act: act.__name__)
def test_killed_at_any_write_it_comes_to_the_same_end(
    plane: ControlPlane, credentials: Path, token: str, tmp_path: Path, act: Act
) -> None:
    [undisturbed] = staged(plane, credentials, tmp_path, act, 1)
    writes = played(plane, undisturbed, token, tmp_path / "undisturbed")
    moments = [(write, forwarded) for write in range(1, writes + 1) for forwarded in (False, True)]
    stories = staged(plane, credentials, tmp_path, act, len(moments))
    runs = [Run(story, *moment) for story, moment in zip(stories, moments, strict=True)]
    with ThreadPoolExecutor(_AT_A_TIME) as threads:
        list(threads.map(lambda run: die(plane, run, token, tmp_path / str(run)), runs))
    # how many writes there are depends on what controllers do meanwhile: who was not killed had fewer than that
    assert all(run.killed or run.writes < run.write for run in runs), [str(run) for run in runs if not run.killed]
    assert all(run.killed for run in runs if run.write == 1)

    with MortalOperator(credentials, tmp_path / "log") as last:
        for run in runs:
            run.story.settled()
        last.settled()
        in_use = [tokens_in_use(run.story) for run in runs]
        for story in (undisturbed, *stories):
            story.serving(*servers(story))
        for story in (undisturbed, *stories):
            story.wait_condition("Ready", "True", "Ready")
        last.settled()
        assert "reconciling it failed" not in last.log_text()
    api = plane.api
    expected = final_state(api, undisturbed.namespace)
    for run, tokens in zip(runs, in_use, strict=True):
        assert differences(expected, final_state(api, run.story.namespace)) == [], str(run)
        assert None not in tokens.values(), f"{run}: pods have lost a token"
        assert tokens.items() <= (tokens | run.tokens).items(), f"{run}: pods have another token than the Secret"


def staged(plane: ControlPlane, credentials: Path, folder: Path, act: Act, number: int) -> Sequence[Story]:
    """That many stories in which the users have acted, and no operator has seen it yet."""
    stories = [Story(plane) for _ in range(number)]
    for story in stories:
        story.secret()
    if act is not made:
        for story in stories:
            made(story, replicas=1)
        with MortalOperator(credentials, folder / "log") as operator:
            for story in stories:
                story.settled()
                story.serving("kubernetes", "logs", "third")
            operator.settled()
    for story in stories:
        act(story)
    return stories


def played(plane: ControlPlane, story: Story, token: str, folder: Path) -> int:
    """Lets an operator do all there is to do, and returns the number of its writes."""
    folder.mkdir()
    with (
        Proxy(plane) as proxy,
        MortalOperator(proxy.kubeconfig(folder, token), folder / "log", RITSUKO_NAMESPACES=story.namespace) as operator,
    ):
        story.settled()
        operator.settled()
        return proxy.writes


def die(plane: ControlPlane, run: Run, token: str, folder: Path) -> None:
    """Has the operator killed as the run says, unless it gets everything done before that."""
    folder.mkdir()
    with Proxy(plane) as proxy:
        operator = ForkedOperator(
            proxy.kubeconfig(folder, token), folder / "log", RITSUKO_NAMESPACES=run.story.namespace
        )
        death = Lost(forwarded=run.forwarded, meanwhile=operator.kill)
        proxy.rule = lambda request: death if request.write and request.number == run.write else None
        operator.start()

        def over() -> bool:
            return operator.exit_code() is not None or (operator.ready() and proxy.seconds_since_write > _REST)

        eventually(over, within=90, what=str(run))
        run.killed = operator.exit_code() is not None
        run.writes = proxy.writes
        operator.stop()
    run.tokens = tokens_in_use(run.story)


def servers(story: Story) -> list[str]:
    """Those that have a container."""
    return [name.removeprefix("mcp-") for name in story.containers() if name != "bot"]


def tokens_in_use(story: Story) -> dict[str, str | None]:
    """The tokens that the Deployment or a pod names; None for one that the Secret does not have."""
    users = json.dumps([story.find("deployment", "hal"), story.items("pod")])
    named = re.findall(r'"key": "([a-z]+\.[0-9]+)"', users)
    there = (story.find("secret", "hal-mcp-tokens") or {"data": {}})["data"]
    return {key: there.get(key) for key in named}
