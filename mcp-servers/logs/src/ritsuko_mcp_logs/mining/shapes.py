"""What lines have in common when their numbers and ids are taken away; almost every line's shape was seen before."""

from collections.abc import Mapping
from dataclasses import dataclass

from ritsuko_mcp_logs.lines.levels import RANKS, level_in, level_of, named_in_words
from ritsuko_mcp_logs.lines.line import Batch
from ritsuko_mcp_logs.lines.stream import plain, split
from ritsuko_mcp_logs.mining.digit_runs import collapse_digits, readable_block
from ritsuko_mcp_logs.mining.error_lines import is_error
from ritsuko_mcp_logs.mining.masking import MASK, hide_ids
from ritsuko_mcp_logs.mining.message import message
from ritsuko_mcp_logs.mining.stack_traces import Part, part_of

# Behind a line's key goes its level where the source keeps one beside the text.
_LEVEL_MARK = b"\x08"
_MOST_BYTES = 8 * 2**20
_LONGEST = 2_000
_STAMPS = (b"\n0-0-0T0:0:0.0Z ", b"\n0-0-0T0:0:0Z ", b"\n0-0-0T0:0:0.0+0:0 ", b"\n0-0-0T0:0:0.0-0:0 ")


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Lines that differ only in numbers and ids. `text` has `0` and a mark for those, and no timestamp."""

    text: bytes
    level: str
    part: Part
    is_error: bool
    is_dull: bool
    """Neither an error nor a part of one."""

    @property
    def complaint(self) -> bool:
        """Whether it says that it is a warning or worse."""
        return RANKS.get(self.level, 0) >= RANKS["warn"]


class Shapes:
    """The shapes of lines. It remembers them up to a number of bytes, and starts again when that is full."""

    def __init__(self) -> None:
        self._by_key: dict[bytes, Shape] = {}
        self._by_text: dict[bytes, Shape] = {}
        self._bytes = 0

    def of(self, batch: Batch) -> tuple[list[bytes], list[Shape]]:
        """The lines of the batch as they are, and the shape of each."""
        raws = batch.raws()
        keys = collapse_digits(named_in_words(plain(batch.data)))
        if batch.fields:
            keys = [_levelled(key, fields) for key, fields in zip(keys, batch.fields, strict=True)]
        known = self._by_key
        passing = self._learn(set(keys).difference(known), keys, raws)
        shapes = list(map(known.__getitem__, keys))
        for key in passing:
            del known[key]
        return raws, shapes

    def _learn(self, new: set[bytes], keys: list[bytes], raws: list[bytes]) -> list[bytes]:
        """Know the new keys too. Returns those with ids in them, which are not worth remembering."""
        if not new:
            return []
        if self._bytes > _MOST_BYTES:
            self._bytes = 0
            self._by_key.clear()
            self._by_text.clear()
            new = set(keys)
        example = {key: raw for key, raw in zip(keys, raws, strict=True) if key in new}
        plain = b"\n" + readable_block(list(example))
        for stamp in _STAMPS:
            plain = plain.replace(stamp, b"\n")
        plain = plain[1:]
        passing: list[bytes] = []
        for (key, raw), text in zip(example.items(), hide_ids(plain).split(b"\n"), strict=True):
            shape = self._by_text.get(text)
            if shape is None:
                shape = _shape(text, raw)
                if len(text) <= _LONGEST:
                    self._by_text[text] = shape
                    self._bytes += len(text)
            self._by_key[key] = shape
            if MASK in text or len(key) > _LONGEST:
                passing.append(key)
            else:
                self._bytes += len(key)
        return passing


def _levelled(key: bytes, fields: Mapping[str, str]) -> bytes:
    level = level_in(fields)
    return key + _LEVEL_MARK + level.encode() if level else key


def _shape(text: bytes, raw: bytes) -> Shape:
    text, mark, stated = text.partition(_LEVEL_MARK)
    level = stated.decode() if mark else level_of(split(raw)[1]) or ""
    part, error = part_of(text), is_error(level, text)
    if len(text) > _LONGEST:
        text = message(text)[:_LONGEST]
    return Shape(text, level, part, error, is_dull=part is Part.HEAD and not error)
