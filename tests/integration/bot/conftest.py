from collections.abc import Iterator

import pytest

from tests.zulip import ZulipEmulator


@pytest.fixture
def zulip() -> Iterator[ZulipEmulator]:
    with ZulipEmulator() as emulator:
        yield emulator
