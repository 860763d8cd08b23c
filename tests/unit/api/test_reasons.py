"""The reasons of conditions and Events: each is used, each has a meaning, and docs/status.md lists them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from ritsuko_api.reasons import BOT_REASONS, EVENT_REASONS, SIDECAR_REASONS, Reason
from ritsuko_api.status_reference import rewritten

PAGE = (Path(__file__).parents[3] / "docs" / "status.md").read_text()


def test_every_reason_belongs_to_a_condition_or_an_event() -> None:
    by_condition = [*BOT_REASONS.values(), *SIDECAR_REASONS.values()]
    used = {reason for by_status in by_condition for reasons in by_status.values() for reason in reasons}
    assert used | set(EVENT_REASONS) == set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_one_meaning_in_a_sentence(reason: Reason) -> None:
    assert reason.meaning[0].isupper()
    assert reason.meaning.endswith(".")
    assert f"| `{reason}` | {reason.meaning} |" in PAGE


def test_the_committed_tables_are_what_the_enumeration_says() -> None:
    assert rewritten(PAGE) == PAGE, "run `make crds`"


def test_a_page_without_a_marker_is_refused() -> None:
    with pytest.raises(ValueError, match="no marker"):
        rewritten("# What the status says\n")
