"""Which sidecars a bot runs. Golden case `collisions` shows every refusal."""

import pytest

from ritsuko_api.reasons import Reason
from ritsuko_operator.render import accept
from tests.unit.render.resources import bot, sidecar


def names(selection: object) -> list[str]:
    return [one.metadata.name for one in selection.accepted]  # type: ignore[attr-defined]


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_that_collide_the_older_runs_in_whatever_order_they_come(turned: bool) -> None:
    old = sidecar("old", server="logs", created="2026-01-01T00:00:00Z")
    new = sidecar("a-new-one", server="logs", created="2026-01-02T00:00:00Z")
    selection = accept(bot(), [new, old] if turned else [old, new])
    assert names(selection) == ["old"]
    assert [(one.name, one.reason) for one in selection.refused] == [("a-new-one", Reason.PORT_TAKEN)]
    assert "sidecar old" in selection.refused[0].message


def test_of_two_of_the_same_age_the_first_by_name_runs() -> None:
    assert names(accept(bot(), [sidecar("b", server="logs"), sidecar("a", server="logs")])) == ["a"]


def test_when_the_older_one_goes_the_other_takes_its_place() -> None:
    new = sidecar("new", server="logs", created="2026-01-02T00:00:00Z")
    assert names(accept(bot(), [new])) == ["new"]


def test_one_that_is_switched_off_takes_nothing() -> None:
    off = sidecar("off", server="logs", enabled=False)
    on = sidecar("on", server="logs", created="2026-01-02T00:00:00Z")
    assert names(accept(bot(), [off, on])) == ["on"]


def test_one_that_is_being_deleted_takes_nothing() -> None:
    going = sidecar("going", server="logs")
    going = going.model_copy(
        update={"metadata": going.metadata.model_copy(update={"deletion_timestamp": "2026-01-03T00:00:00Z"})}
    )
    assert names(accept(bot(), [going, sidecar("on", server="logs", created="2026-01-02T00:00:00Z")])) == ["on"]


def test_one_from_another_namespace_never_belongs() -> None:
    stranger = sidecar("stranger", server="logs")
    stranger = stranger.model_copy(update={"metadata": stranger.metadata.model_copy(update={"namespace": "other"})})
    selection = accept(bot(), [stranger])
    assert (selection.accepted, selection.refused) == ([], [])


def test_with_the_master_switch_off_all_are_refused_and_told_why() -> None:
    selection = accept(bot(mcpSidecars={"enabled": False}), [sidecar("a", server="logs")])
    assert [one.reason for one in selection.refused] == [Reason.MCP_DISABLED]


def test_one_that_the_schema_would_refuse_today_is_refused_here() -> None:
    selection = accept(bot(), [sidecar("old-resource", image="x")])
    assert [one.reason for one in selection.refused] == [Reason.INCOMPLETE]


def test_one_that_the_apiserver_refuses_takes_nothing_and_says_what_to_do() -> None:
    bad = sidecar("bad", server="logs")
    good = sidecar("good", server="logs", created="2026-01-02T00:00:00Z")
    selection = accept(bot(), [bad, good], invalid={"bad": "containers[mcp-bad].image: no good"})
    assert names(selection) == ["good"]
    (refusal,) = selection.refused
    assert (refusal.name, refusal.reason) == ("bad", Reason.INVALID_SPEC)
    assert refusal.message == (
        "the apiserver rejects a pod with it, so the bot runs without it: containers[mcp-bad].image: no "
        "good: change the sidecar, or `mcpSidecars.defaults` or `podTemplate` of bot ritsuko"
    )


def test_one_that_is_switched_off_is_that_and_not_refused() -> None:
    off = sidecar("off", server="logs", enabled=False)
    assert [one.reason for one in accept(bot(), [off], invalid={"off": "bad"}).refused] == [Reason.DISABLED]
