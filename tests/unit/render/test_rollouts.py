"""The pod template changes when a container, a mount or a variable must change, and never else."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.sidecar import McpSidecar
from ritsuko_operator.render import RenderError
from tests.golden.golden import Case, placed
from tests.golden.test_fields import leaves
from tests.specs import valid_bots, valid_sidecars
from tests.unit.render.resources import bot, rendered, sidecar

Document = dict[str, Any]

# What no container, mount or variable is made of. All other fields are about the pod.
BESIDE = {
    "RitsukoBot": (
        "access",
        "mcpSidecars.tokens",
        "monitoring",
        "networkPolicy",
        "podDisruptionBudget",
        "rbac.scope",
        "replicas",
        "serviceAccount.annotations",
        "suspend",
        "zulip.channels",
    ),
    "McpSidecar": ("optional", "tools"),
}
# What the reconciler goes by, and rendering does not.
RECONCILED = {"RitsukoBot": ("mcpSidecars.tokens.maxAge",), "McpSidecar": ("optional",)}

seldom = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)


def template(bot: RitsukoBot, sidecars: list[McpSidecar], **context: Any) -> Any:
    return rendered(bot, *sidecars, **context)["Deployment"]["spec"]["template"]


def template_of(documents: list[Document]) -> Any:
    """The pod template of a bot and its sidecars, as they stand in files."""
    return manifests_of(documents)["Deployment"]["spec"]["template"]


def manifests_of(documents: list[Document]) -> dict[str, Any]:
    first, *others = map(placed, documents)
    return rendered(RitsukoBot.model_validate(first), *map(McpSidecar.model_validate, others))


# --- pairs of specs that differ beside the pod


def exchanged(mine: Document, other: Document) -> Document:
    """`mine` with the other's word on everything beside the pod."""
    result = copy.deepcopy(mine)
    for path in BESIDE[mine["kind"]]:
        *way, last = path.split(".")
        here, there = result["spec"], other["spec"]
        for name in way:
            here, there = here.setdefault(name, {}), there.get(name, {})
        here.pop(last, None)
        if last in there:
            here[last] = there[last]
    return result


ALL = Case("all-fields").resources  # each field with a value of its own: the bot, and a sidecar


def in_pods(remote: bool) -> Callable[[Document], bool]:
    return lambda document: ("url" in document["spec"]) is remote


def named(documents: list[Document], bot: Document, prefix: str) -> list[Document]:
    return [
        {
            **one,
            "metadata": {**one["metadata"], "name": f"{prefix}{number}"},
            "spec": {**one["spec"], "botRef": {"name": bot["metadata"]["name"]}},
        }
        for number, one in enumerate(documents)
    ]


in_the_pod = valid_sidecars().filter(in_pods(remote=False))


@seldom
@given(
    bots=st.tuples(valid_bots(), valid_bots() | st.just(ALL[0])),
    containers=st.lists(st.tuples(in_the_pod, in_the_pod | st.just(ALL[1])), max_size=2),
    remotes=st.lists(valid_sidecars().filter(in_pods(remote=True)), max_size=2),
    relabelled=st.dictionaries(st.sampled_from(["team", "stage"]), st.sampled_from(["a", "b"])),
)
def test_whatever_else_changes_the_pods_stay(
    bots: tuple[Document, Document],
    containers: list[tuple[Document, Document]],
    remotes: list[Document],
    relabelled: dict[str, str],
) -> None:
    one, other = bots
    sidecars = named([mine for mine, _ in containers], one, "c")
    changed = [exchanged(mine, his) for mine, (_, his) in zip(sidecars, containers, strict=True)]
    for document in changed:
        document["metadata"]["labels"] = relabelled | document["metadata"].get("labels", {})
    try:
        before = template_of([one, *sidecars])
    except RenderError:
        assume(False)
    assert template_of([exchanged(one, other), *changed, *named(remotes, one, "r")]) == before


@seldom
@given(one=valid_bots(), sidecars=st.lists(valid_sidecars(), max_size=3))
def test_the_order_in_which_sidecars_are_found_changes_nothing(one: Document, sidecars: list[Document]) -> None:
    mine = named(sidecars, one, "s")
    try:
        before = manifests_of([one, *mine])
    except RenderError:
        assume(False)
    assert manifests_of([one, *reversed(mine)]) == before


# --- each field by itself


def without(documents: list[Document], kind: str, path: str) -> list[Document]:
    """The documents without that field in any of that kind."""
    changed = copy.deepcopy(documents)
    *way, last = path.split(".")
    for document in changed:
        if document["kind"] == kind and stands(document["spec"], path):
            here: Any = document["spec"]
            for name in way:
                here = here[name]
            del here[last]
    return changed


def optional_fields() -> Iterator[tuple[str, str]]:
    """The fields of the case that has them all and that can be left out by themselves."""
    for kind, required in {"RitsukoBot": "zulip.credentialsSecret", "McpSidecar": "botRef.name"}.items():
        spec = next(document["spec"] for document in ALL if document["kind"] == kind)
        model = {"RitsukoBot": RitsukoBot, "McpSidecar": McpSidecar}[kind]
        whole = model.model_validate({"metadata": {"name": "x", "namespace": "x"}, "spec": spec})
        said = whole.spec.model_dump(by_alias=True, exclude_defaults=True, mode="json")
        known = {path for path in leaves(said) if not path.startswith(required) and stands(spec, path)}
        # not label by label: one is the least that a selector needs
        whole_ones = {"mcpSidecars.selector" if path.startswith("mcpSidecars.selector.") else path for path in known}
        yield from ((kind, path) for path in sorted(whole_ones))


def stands(spec: Any, path: str) -> bool:
    """Whether the path leads through maps alone, so that what it leads to can be left out."""
    for name in path.split("."):
        if not isinstance(spec, dict) or name not in spec:
            return False
        spec = spec[name]
    return True


@pytest.mark.parametrize(("kind", "path"), list(optional_fields()))
def test_a_field_rolls_the_pods_if_it_is_about_them_and_else_changes_something_else(kind: str, path: str) -> None:
    before, after = manifests_of(ALL), manifests_of(without(ALL, kind, path))
    beside = any(path == one or path.startswith(f"{one}.") for one in BESIDE[kind])
    same = before["Deployment"]["spec"]["template"] == after["Deployment"]["spec"]["template"]
    assert same == beside
    if path not in RECONCILED[kind]:
        assert before != after, "the field does nothing"


# --- other things that happen

LOGS = sidecar("logs", server="logs")
CHANGES: list[tuple[str, Callable[[], Any]]] = [
    ("one more sidecar", lambda: template(bot(), [LOGS, sidecar("kubernetes", server="kubernetes")])),
    ("no sidecar", lambda: template(bot(), [])),
    ("another port", lambda: template(bot(), [sidecar("logs", server="logs", port=9000)])),
    ("no token", lambda: template(bot(), [sidecar("logs", server="logs", auth={"mode": "None"})])),
    ("another Secret", lambda: template(bot(), [LOGS], secret_hashes={"zulip": "2"})),
    ("another token", lambda: template(bot(), [LOGS], tokens={"logs": {1: "old", 2: "new"}})),
    ("a sidecar that is left out", lambda: template(bot(), [LOGS], left_out=frozenset({"logs"}))),
]


@pytest.mark.parametrize(("what", "changed"), CHANGES, ids=[what for what, _ in CHANGES])
def test_what_the_containers_are_made_of_rolls_them(what: str, changed: Callable[[], Any]) -> None:
    assert changed() != template(bot(), [LOGS])


UNCHANGED: list[tuple[str, Callable[[], Any]]] = [
    ("an old token goes", lambda: template(bot(), [LOGS], tokens={"logs": {2: "new"}})),
    (
        "a token of another server's",
        lambda: template(bot(), [LOGS], tokens={"logs": {1: "old", 2: "new"}, "x": {1: ""}}),
    ),
    ("headers", lambda: template(bot(), [LOGS], tokens={"logs": {2: "new"}}, headers={"r.authorization": "x"})),
    ("an autoscaler", lambda: template(bot(), [LOGS], tokens={"logs": {2: "new"}}, scaled_to=4)),
]


@pytest.mark.parametrize(("what", "unchanged"), UNCHANGED, ids=[what for what, _ in UNCHANGED])
def test_what_the_containers_are_not_made_of_leaves_them(what: str, unchanged: Callable[[], Any]) -> None:
    assert unchanged() == template(bot(), [LOGS], tokens={"logs": {1: "old", 2: "new"}})


def test_a_sidecar_deleted_and_made_anew_changes_nothing() -> None:
    other = sidecar("b", server="logs")
    before = rendered(bot(), sidecar("a", server="kubernetes"), other)
    after = rendered(bot(), sidecar("a", server="kubernetes", created="2026-02-02T00:00:00Z"), other)
    assert before == after
