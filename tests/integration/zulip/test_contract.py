"""Every recorded case is answered by the emulator as the real server answered it, or is listed with its reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.zulip import ZulipEmulator
from tests.zulip.contract import replay

UNMET = json.loads((Path(replay.__file__).parent / "unmet.json").read_text())
CONTRACT = replay.contract()


def test_all_recorded_cases_are_here() -> None:
    names = {case["name"].partition("#")[0] for group in CONTRACT.values() for case in group["cases"]}
    assert len(names) == 515


@pytest.mark.parametrize("number", sorted(CONTRACT))
def test_group(number: str) -> None:
    with ZulipEmulator() as emulator:
        replaying = replay.Replay(emulator)
        differing = {name: found for name, found in replaying.run(CONTRACT[number]) if found}
        replaying.close()
    unexpected = {name: found for name, found in differing.items() if name not in UNMET}
    assert not unexpected, json.dumps(unexpected, indent=1, ensure_ascii=False)
    listed = {name for name in UNMET if name.startswith(number)}
    assert not listed - set(differing), "listed as unmet, but met"
