"""An answer in the making: the envelope that goes out (`ritsuko_api.envelope`), and how its data is written and cut.

It goes out twice: as structured content, and as text that reads well on its own (`text.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from pydantic import JsonValue, PrivateAttr

from ritsuko_api import envelope
from ritsuko_api.envelope import Row

Resume = Callable[[int], str | None]
Writer = Callable[[JsonValue], str | list[Row]]
Painter = Callable[["Envelope"], bytes]


class Envelope(envelope.Envelope):
    """One answer in the making. A tool fills in what it knows; cutting it to the output budget sets the rest."""

    _resume: Resume | None = PrivateAttr(None)
    _writer: Writer | None = PrivateAttr(None)
    _painter: Painter | None = PrivateAttr(None)

    def resumable(self, cursor_after: Resume) -> Envelope:
        """Say how to go on when rows are cut: `cursor_after(n)` is the cursor that continues after the first n rows."""
        self._resume = cursor_after
        return self

    def written_by(self, writer: Writer) -> Envelope:
        """Send `data` as the text or the rows that `writer` makes of it (`notation.to_yaml`, a description).

        It is written down after redaction, which knows a structure better than the text made from it.
        """
        self._writer = writer
        return self

    def written(self) -> Envelope:
        """This answer with `data` as its writer makes it, if one was given."""
        if self._writer is None or self.data is None:
            return self
        return self.model_copy(update={"data": self._writer(cast(JsonValue, self.data))})

    def painted_by(self, painter: Painter) -> Envelope:
        """Send a PNG beside the answer: `painter` makes it, in a thread, of the answer redacted and not yet cut.

        It must take every text in the picture from the envelope it is given: there is no redaction behind it.
        """
        self._painter = painter
        return self

    @property
    def painter(self) -> Painter | None:
        return self._painter

    def cursor_after(self, rows: int) -> str | None:
        return self._resume(rows) if self._resume is not None else None
