"""A short soak: what `make soak` does with 50,000 changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster import ControlPlane
from tests.load import figures, soak

pytestmark = [pytest.mark.controlplane, pytest.mark.slow]

_CHANGES, _FIRST, _BOTS = 1_500, 700, 30


async def test_many_changes_leave_nothing_undone_and_the_operator_no_bigger(
    plane: ControlPlane, tmp_path: Path
) -> None:
    found = await soak.measure(plane, tmp_path, _CHANGES, _BOTS, _FIRST)
    assert [figure for figure in found if figure.met is False] == [], figures.table("soak", found)
