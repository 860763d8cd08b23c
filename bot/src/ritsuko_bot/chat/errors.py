"""Why a chat did not do what it was asked to."""

from __future__ import annotations


class ChatRefused(Exception):
    """The chat refused a request, and would refuse it again. The message is for people."""
