"""Blocks of a log cut to a window of time: the API knows only a beginning, and that only to the second."""

from ritsuko_mcp_logs.lines.stream import nanoseconds, split


class TimeWindow:
    """One container's log from `since` to `until` (Unix seconds). Its lines come in the order of their times."""

    def __init__(self, since: float, until: float) -> None:
        self._since = _exact(since)
        self._until = _exact(until)
        self._begun = False
        self.over = False
        """The log has come to the window's end: nothing that follows is in it."""

    def cut(self, block: bytes) -> bytes:
        """The lines of a block that lie in the window; a line without a time belongs to the one before."""
        if not self._begun:
            block = self._from_beginning(block)
        last = nanoseconds(split(block[block.rfind(b"\n", 0, -1) + 1 : -1])[0])
        return block if 0 < last < self._until else self._to_end(block)

    def _from_beginning(self, block: bytes) -> bytes:
        start = 0
        while start < len(block):
            end = block.find(b"\n", start)
            moment = nanoseconds(split(block[start:end])[0])
            if moment >= self._since or (moment == 0 and start == 0):
                self._begun = True
                return block[start:]
            start = end + 1
        return b""

    def _to_end(self, block: bytes) -> bytes:
        start = 0
        while start < len(block):
            end = block.find(b"\n", start)
            if nanoseconds(split(block[start:end])[0]) >= self._until:
                self.over = True
                return block[:start]
            start = end + 1
        return block


def _exact(seconds: float) -> int:
    """Nanoseconds; rounded to microseconds, since a float has no more."""
    return round(seconds * 1e6) * 1000
