"""A fresh Zulip server for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.zulip import ZulipEmulator


@pytest.fixture
def zulip_server() -> Iterator[ZulipEmulator]:
    with ZulipEmulator() as emulator:
        yield emulator
