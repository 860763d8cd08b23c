"""The pod template changes when a container, a mount or a variable must change, and never else."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.sidecar import McpSidecar
from tests.unit.render.resources import bot, rendered, sidecar, unhurried

names = st.text("abcdefghij_", min_size=1, max_size=12)
policies = st.fixed_dictionaries(
    {},
    optional={
        "allow": st.none() | st.lists(names, max_size=4),
        "deny": st.lists(names, max_size=4),
        "timeoutSeconds": st.integers(1, 3600),
        "maxConcurrentCalls": st.integers(1, 100),
    },
)
channels = st.lists(st.text(min_size=1, max_size=60), max_size=4)

# What makes containers, mounts and variables ...
pods = st.fixed_dictionaries(
    {
        "bot": st.fixed_dictionaries(
            {},
            optional={
                "logLevel": st.sampled_from(["DEBUG", "INFO"]),
                "env": st.just([{"name": "A", "value": "1"}]),
                "podLabels": st.just({"team": "ops"}),
                "volumes": st.just([{"name": "v", "emptyDir": {}}]),
                "resources": st.just({"limits": {"cpu": "1"}}),
            },
        ),
        "sidecars": st.lists(
            st.fixed_dictionaries(
                {"server": st.sampled_from(["kubernetes", "logs", "prometheus"])},
                optional={
                    "auth": st.sampled_from([{"mode": "None"}, {"mode": "Bearer"}]),
                    "probe": st.sampled_from(["Http", "None"]),
                    "enabled": st.booleans(),
                    "args": st.lists(names, max_size=2),
                },
            ),
            max_size=3,
            unique_by=lambda spec: spec["server"],
        ),
    }
)


# ... and what does not.
@st.composite
def beside(draw: st.DrawFn, count: int) -> dict[str, Any]:
    return {
        "channels": draw(channels),
        "replicas": draw(st.integers(0, 10)),
        "suspend": draw(st.booleans()),
        "scope": draw(st.sampled_from(["None", "Namespace", "Cluster"])),
        "policies": [draw(policies) for _ in range(count)],
    }


def both(pod: dict[str, Any], others: dict[str, Any]) -> tuple[RitsukoBot, list[McpSidecar]]:
    one = bot(
        zulip={"credentialsSecret": {"name": "zulip"}, "channels": others["channels"]},
        replicas=others["replicas"],
        suspend=others["suspend"],
        rbac={"scope": others["scope"]},
        **pod["bot"],
    )
    several = [
        sidecar(f"s{number}", tools=policy, **spec)
        for number, (spec, policy) in enumerate(zip(pod["sidecars"], others["policies"], strict=True))
    ]
    return one, several


def template(bot: RitsukoBot, sidecars: list[McpSidecar]) -> Any:
    return rendered(bot, *sidecars)["Deployment"]["spec"]["template"]


@unhurried
@given(data=st.data(), pod=pods)
def test_whatever_else_changes_the_pods_stay(data: st.DataObject, pod: dict[str, Any]) -> None:
    before, after = (data.draw(beside(len(pod["sidecars"]))) for _ in range(2))
    assert template(*both(pod, before)) == template(*both(pod, after))


@unhurried
@given(pod=pods, policy=policies)
def test_the_order_in_which_sidecars_are_found_changes_nothing(pod: dict[str, Any], policy: dict[str, Any]) -> None:
    others = {"channels": [], "replicas": 1, "suspend": False, "scope": "None", "policies": [policy] * 3}
    others["policies"] = others["policies"][: len(pod["sidecars"])]
    one, several = both(pod, others)
    assert rendered(one, *several) == rendered(one, *reversed(several))


def test_a_sidecar_deleted_and_made_anew_changes_nothing() -> None:
    other = sidecar("b", server="logs")
    before = rendered(bot(), sidecar("a", server="kubernetes"), other)
    after = rendered(bot(), sidecar("a", server="kubernetes", created="2026-02-02T00:00:00Z"), other)
    assert before == after


LOGS = sidecar("logs", server="logs")
CHANGES: list[tuple[str, Callable[[], Any]]] = [
    ("another image", lambda: template(bot(image={"tag": "2"}), [LOGS])),
    ("another log level", lambda: template(bot(logLevel="DEBUG"), [LOGS])),
    ("one more sidecar", lambda: template(bot(), [LOGS, sidecar("kubernetes", server="kubernetes")])),
    ("no sidecar", lambda: template(bot(), [])),
    ("another port", lambda: template(bot(), [sidecar("logs", server="logs", port=9000)])),
    ("no token", lambda: template(bot(), [sidecar("logs", server="logs", auth={"mode": "None"})])),
    ("another Secret", lambda: rendered(bot(), LOGS, secret_hashes={"zulip": "2"})["Deployment"]["spec"]["template"]),
]


@pytest.mark.parametrize(("what", "changed"), CHANGES, ids=[what for what, _ in CHANGES])
def test_what_the_containers_are_made_of_rolls_them(what: str, changed: Callable[[], Any]) -> None:
    assert changed() != template(bot(), [LOGS])
