"""Names as people type them."""

import pytest

from ritsuko_common.nearest import find, nearest

NAMES = ["labelSelector", "namespace", "kind"]


@pytest.mark.parametrize("typed", ["labelSelector", "label-selector", "LABEL_SELECTOR"])
def test_case_and_dashes_do_not_matter(typed: str) -> None:
    assert find(typed, NAMES) == "labelSelector"
    assert find("selector", NAMES) is None


def test_the_nearest_come_first() -> None:
    assert nearest("namspace", NAMES) == ["namespace"]
    assert nearest("pods", ["pod", "podlogs", "nodes"])[0] == "pod"
    assert nearest("xyz", NAMES) == []


def test_a_very_long_word_costs_nothing() -> None:
    assert nearest("n" * 10**6, NAMES) == []
