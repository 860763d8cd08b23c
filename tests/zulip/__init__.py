"""A stateful emulator of a Zulip server: its REST and events API, faults on order, and a chat page. See README.md."""

from .emulator import ZulipEmulator
from .faults import Fault
from .world import Message

__all__ = ["Fault", "Message", "ZulipEmulator"]
