"""A stateful emulator of a Zulip server: its REST and events API, faults on order, and a chat page. See README.md."""

from tests.zulip.emulator import ZulipEmulator
from tests.zulip.faults import Fault
from tests.zulip.world import Message

__all__ = ["Fault", "Message", "ZulipEmulator"]
