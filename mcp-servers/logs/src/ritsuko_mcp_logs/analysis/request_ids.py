"""An id in running text: as a word of its own, never as a part of a longer one."""

import re

# In such ids, UUIDs among them, the case of letters means nothing. https://www.rfc-editor.org/rfc/rfc9562#section-4
_HEX = re.compile(r"[0-9A-Fa-f]+(?:-[0-9A-Fa-f]+)*")
_WORD = re.compile(r"\w")
# As requests carry it on: https://www.w3.org/TR/trace-context/#traceparent-header, https://github.com/openzipkin/b3-propagation
_HEADER = re.compile(
    r"(?:[0-9a-f]{2}-)?([0-9a-f]{32})-[0-9a-f]{16}(?:-[0-9a-f]{1,2})?(?:-[0-9a-f]{16})?", re.IGNORECASE
)


def trace_id(written: str) -> str:
    """The trace's id in a traceparent or b3 header, since what is logged is most often that alone; else what was
    written."""
    header = _HEADER.fullmatch(written)
    return header[1] if header else written


class RequestId:
    """An id as somebody wrote it, not empty."""

    def __init__(self, written: str) -> None:
        self.written = written
        self._in_either_case = _HEX.fullmatch(written) is not None
        alone = (r"(?<!\w)" if _WORD.match(written) else "") + re.escape(written)
        self._alone = re.compile(rf"{alone}(?!\w)", re.IGNORECASE if self._in_either_case else re.NOFLAG)
        self._begins = re.compile(rf"{alone}\w*", re.IGNORECASE)

    def occurs_in(self, text: str) -> bool:
        """Whether the text has this id."""
        return self._alone.search(text) is not None

    def similar_ids(self, text: str) -> list[str]:
        """What in the text could be taken for it: longer ids that begin so, and the same in another case."""
        return self._begins.findall(text)

    @property
    def as_value(self) -> list[str]:
        """How it may be written where it is all that a field has."""
        return list(dict.fromkeys([self.written, self.written.lower()] if self._in_either_case else [self.written]))
