"""Batches of lines in, groups of records out."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from operator import itemgetter

from ritsuko_mcp_logs.lines.line import Batch, Origin
from ritsuko_mcp_logs.mining.drain import Drain, Message, Template, variable_words
from ritsuko_mcp_logs.mining.fingerprint import essential
from ritsuko_mcp_logs.mining.masking import mask, tokens
from ritsuko_mcp_logs.mining.occurrences import Clock, Example, Occurrences, Spans, total
from ritsuko_mcp_logs.mining.shapes import Shape, Shapes
from ritsuko_mcp_logs.mining.stack_traces import Part, RecordBoundary, ends_traceback

_LONGEST_RECORD = 200
_MOST_MESSAGES = 20_000
_AT_ONCE_SECONDS = 1
_BEGIN_TRACES = frozenset({Part.ERROR, Part.TRACEBACK})
_OF_TRACES = frozenset({Part.ERROR, Part.CAUSE, Part.TRACEBACK, Part.PANIC, Part.GOROUTINE})


@dataclass(slots=True, eq=False)
class _Record:
    """A line and what belongs to it, as they come."""

    head: Shape
    raws: list[bytes]
    behind: list[Shape] = field(default_factory=list[Shape])

    def add(self, shape: Shape, raw: bytes) -> None:
        if len(self.raws) < _LONGEST_RECORD:
            self.raws.append(raw)
            self.behind.append(shape)

    @property
    def is_error(self) -> bool:
        if self.head.is_error or not self.behind:
            return self.head.is_error
        # A trace behind a line that says nothing better makes it one.
        return self.head.level in ("", "warn") and any(shape.part in _OF_TRACES for shape in self.behind)


@dataclass(slots=True, eq=False)
class _Stream:
    """Where the reading of one container is."""

    number: int
    origin: Origin
    boundary: RecordBoundary = field(default_factory=RecordBoundary)
    previous: tuple[Shape, bytes] | None = None
    """The line before, if it was not worth a record."""
    open: _Record | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Records with one template. `members` are tallies of its different messages, in the order of their text."""

    template: Template
    tally: Occurrences
    members: list[Occurrences]

    @property
    def level(self) -> str:
        """What most of its records state."""
        counts: Counter[str] = Counter()
        for member in self.members:
            counts[member.level] += member.count
        return counts.most_common(1)[0][0]

    @property
    def errors(self) -> int:
        """How many of its records are errors."""
        return sum(member.count for member in self.members if member.is_error)


class Miner:
    """Counts the records of a window by template: only errors, or with `everything` all of them.

    Memory does not grow with the lines but with the different messages, of which it holds 20,000. When there are more,
    those so far are grouped, and `settled` says that the groups depend on the order of arrival a little.
    """

    def __init__(self, spans: Spans, *, everything: bool = False) -> None:
        self.spans = spans
        self._everything = everything
        self._shapes = Shapes()
        self._clock = Clock(spans)
        self._streams: dict[Origin, _Stream] = {}
        self._tallies: dict[tuple[tuple[bytes, ...], str], Occurrences] = {}
        self._drain = Drain()
        self._members: dict[Template, list[Occurrences]] = {}
        self.lines = 0
        self.begin: float | None = None
        """The second of the first line of all."""
        self.records = 0
        """Records that were counted."""
        self.ungrouped = 0
        """Records of messages that found no place among the templates, because there are too many."""
        self.settled = False

    def feed(self, batch: Batch) -> None:
        """Count a batch. Batches of one container come in the order of time."""
        stream = self._streams.get(batch.origin)
        if stream is None:
            stream = self._streams[batch.origin] = _Stream(len(self._streams), batch.origin)
        raws, shapes = self._shapes.of(batch)
        self.lines += len(raws)
        if (second := self._clock.read(raws[0])[0]) and (self.begin is None or second < self.begin):
            self.begin = second
        self._join(stream, shapes, raws)
        if len(self._tallies) > _MOST_MESSAGES:
            self._settle()

    @property
    def origins(self) -> list[Origin]:
        """The containers by their numbers."""
        return list(self._streams)

    def groups(self) -> list[Group]:
        """What was counted, each message in the group it belongs to."""
        for stream in self._streams.values():
            if stream.open is not None:
                self._count(stream.open, stream)
                stream.open = None
        self._group()
        return [Group(template, total(members), members) for template, members in self._members.items()]

    def _join(self, stream: _Stream, shapes: list[Shape], raws: list[bytes]) -> None:
        """Make records of the lines. Most lines are dull: those are not even read one by one."""
        places = range(len(shapes))
        worth_it = places if self._everything else [place for place in places if not shapes[place].is_dull]
        done = 0
        for place in worth_it:
            while done < place and stream.boundary.may_continue:
                self._take(stream, shapes[done], raws[done])
                done += 1
            if done < place:
                self._pass(stream, shapes[place - 1], raws[place - 1])
            self._take(stream, shapes[place], raws[place])
            done = place + 1
        while done < len(shapes) and stream.boundary.may_continue:
            self._take(stream, shapes[done], raws[done])
            done += 1
        if done < len(shapes):
            self._pass(stream, shapes[-1], raws[-1])

    def _pass(self, stream: _Stream, shape: Shape, raw: bytes) -> None:
        """This dull line is the last one that was passed over."""
        if stream.open is not None:
            self._count(stream.open, stream)
            stream.open = None
        stream.boundary.after = Part.HEAD
        stream.previous = (shape, raw)

    def _take(self, stream: _Stream, shape: Shape, raw: bytes) -> None:
        """This line begins a record or joins the one before."""
        record = stream.open
        if self._comes_between(stream, shape, raw):
            self._count(_Record(shape, [raw]), stream)
            return
        if shape.part is Part.HEAD and not stream.boundary.may_continue:
            self._pass(stream, shape, raw)
            stream.open, stream.previous = _Record(shape, [raw]), None
            return
        if record is None and stream.previous is not None:
            record = _Record(stream.previous[0], [stream.previous[1]])
        complaint = record is not None and shape.part in _BEGIN_TRACES and self._complains(record, raw)
        joined = stream.boundary.joins(shape.part, levelled=bool(shape.level), complaint=complaint)
        if record is not None and joined:
            record.add(shape, raw)
        else:
            if record is not None:
                self._count(record, stream)
            record = _Record(shape, [raw])
        stream.open, stream.previous = record, None

    def _comes_between(self, stream: _Stream, shape: Shape, raw: bytes) -> bool:
        """Whether a line is not of the traceback around it: a container writes to two streams, and both are its log."""
        return (
            stream.open is not None
            and shape.part is Part.HEAD
            and stream.boundary.after is Part.TRACEBACK
            and not shape.is_error
            and (bool(shape.level) or not ends_traceback(shape.text))
            and self._clock.read(raw)[0] - self._clock.read(stream.open.raws[0])[0] <= _AT_ONCE_SECONDS
        )

    def _complains(self, record: _Record, raw: bytes) -> bool:
        """Whether a line was written with a warning or error: a logger writes it and its trace at once."""
        seconds = self._clock.read(raw)[0] - self._clock.read(record.raws[0])[0]
        return record.head.complaint and seconds <= _AT_ONCE_SECONDS

    def _count(self, record: _Record, stream: _Stream) -> None:
        if not (self._everything or record.is_error):
            return
        self.records += 1
        texts = (record.head.text, *(shape.text for shape in record.behind))
        second, span = self._clock.read(record.raws[0])
        key = texts, record.head.level
        tally = self._tallies.get(key)
        if tally is None:
            example = Example.of(stream.origin, record.raws)
            tally = self._tallies[key] = Occurrences(
                record.head.level, record.is_error, example, example, second, second
            )
        else:
            tally.see(second, stream.origin, record.raws)
        tally.spans[span] = tally.spans.get(span, 0) + 1
        tally.origins[stream.number] = tally.origins.get(stream.number, 0) + 1

    def _settle(self) -> None:
        """Group what there is, and forget its parts."""
        self._group()
        for template, members in self._members.items():
            self._members[template] = [total(members)]
        self.settled = True

    def _group(self) -> None:
        by_text: defaultdict[tuple[bytes, bytes], list[Occurrences]] = defaultdict(list)
        for (texts, _), tally in sorted(self._tallies.items(), key=itemgetter(0)):
            by_text[essential(texts)].append(tally)
        by_message: defaultdict[Message, list[Occurrences]] = defaultdict(list)
        for (said, place), tallies in by_text.items():
            by_message[Message(tokens(mask(said)), mask(place))] += tallies
        general = variable_words(by_message)
        for message in sorted(by_message):
            tallies = by_message[message]
            template = self._drain.add(general[message])
            if template is None:
                self.ungrouped += sum(tally.count for tally in tallies)
            else:
                self._members.setdefault(template, []).extend(tallies)
        self._tallies.clear()
