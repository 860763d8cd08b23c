"""Which lines belong together: the stack traces of Java, Python, Go, JavaScript, .NET, Ruby and Rust.

A line plays one part wherever it stands (`part_of`); what belongs together follows from the order of parts
(`RecordBoundary`).
Text is squashed here: `0` stands for every number.
"""

import re
from collections.abc import Sequence
from enum import Enum


class Part(Enum):
    """What a line is to those around it."""

    HEAD = "head"
    """A line by itself, which others may follow."""
    FRAME = "frame"
    """Belongs to the line before: indented, or known from stack traces."""
    CAUSE = "cause"
    """`Caused by: ...`: belongs to the line before and names another error."""
    TRACEBACK = "traceback"
    """Python's beginning of a trace, whose error comes at its end."""
    CHAIN = "chain"
    """Python's words between two tracebacks of one error."""
    ERROR = "error"
    """Nothing but an error: `java.io.IOException: broken pipe`. Begins a trace, or ends Python's."""
    PANIC = "panic"
    """Go's or Rust's beginning of a trace; Rust's message is the line behind it."""
    GOROUTINE = "goroutine"
    """Go's `goroutine 7 [running]:`; calls follow."""
    CALL = "call"
    """A call as Go writes one: `main.(*Server).handle(0xc000010000, 0x1)`."""
    BLANK = "blank"


_PARTS = (
    (Part.BLANK, rb"\s*$"),
    (Part.CAUSE, rb"\s*(?:Caused by|Suppressed): "),
    (Part.TRACEBACK, rb"[-+| ]*Traceback \(most recent call last\):"),
    (Part.CHAIN, rb"(?:During handling of the above exception|The above exception was the direct cause)"),
    (Part.GOROUTINE, rb"goroutine \d+ \["),
    (
        Part.FRAME,
        rb"[ \t]|at [\w$.<>/]+[( ]|\.\.\. \d+ (?:more|common frames)|created by |\[signal |exit status \d"
        rb"|note: run with `RUST_BACKTRACE|stack backtrace:|---> |--- End of |from \S+:\d+:in ",
    ),
    (Part.PANIC, rb"panic: |fatal error: |thread '[^']*' (?:\(\d+\) )?panicked at "),
    (Part.ERROR, rb"(?:[\w$]+\.)*[A-Z][\w$]*(?:Error|Exception|Exit|Interrupt|Warning|Failure|Fault)(?::\s|\s*$)"),
    (Part.CALL, rb"(?:(?=[\w/$-]*+\.)[\w./$-]++(?:\(\*?\w++\)\.[\w.$-]++)?(?:\[\.\.\.\])?|panic)\([^()]*+\)\s*$"),
)
_ANY = re.compile(b"|".join(b"(?P<%s>%s)" % (part.value.encode(), pattern) for part, pattern in _PARTS))
_NAMES = {part.value: part for part in Part}
_PYTHON_FRAME = re.compile(rb'\s+File "(?:[^"]*/)?(?P<file>[^"/]+)", line \d+, in (?P<function>.+)')
_ENDS_TRACEBACK = re.compile(rb"(?:\w+\.)*[A-Za-z_]\w*(?::\s|\s*$)")
# .NET's console logger has what it says on the line below.
_ONLY_A_CATEGORY = re.compile(rb"(?:trce|dbug|info|warn|fail|crit): [\w.`+]+\[0\]\s*")
_GO_RUNTIME = (b"panic(", b"runtime.", b"runtime/")


def part_of(text: bytes) -> Part:
    """The part that this line plays."""
    found = _ANY.match(text)
    return _NAMES[found.lastgroup or ""] if found else Part.HEAD


def ends_traceback(text: bytes) -> bool:
    """Whether this may be the error that Python ends a traceback with: `gateway.TimedOut: no answer`."""
    return _ENDS_TRACEBACK.match(text) is not None


class RecordBoundary:
    """Where one container's log is: does the next line belong to the record before it, or begin one?"""

    __slots__ = ("after",)

    def __init__(self) -> None:
        self.after = Part.BLANK
        """What the next line comes after, as far as it matters."""

    @property
    def may_continue(self) -> bool:
        """Whether a line that looks like any other may belong to the record before."""
        return self.after is Part.TRACEBACK or self.after is Part.PANIC

    def joins(self, part: Part, *, levelled: bool, complaint: bool) -> bool:
        """Whether a line of this part joins the record before.

        `levelled`: the line states a level of its own. `complaint`: the record before is a warning or an error
        of the same moment.
        """
        after = self.after
        match part:
            case Part.BLANK:
                return True
            case Part.FRAME:
                # The error that a traceback leads to may still come, and so may a panic's calls.
                if after is Part.HEAD:
                    self.after = Part.FRAME
                return True
            case Part.CALL:
                joined = after in (Part.PANIC, Part.GOROUTINE)
            case Part.HEAD:
                joined = not levelled and after in (Part.TRACEBACK, Part.PANIC)
                self.after = Part.FRAME if joined else Part.HEAD
                return joined
            case Part.TRACEBACK:
                joined = after is Part.CHAIN or (after is Part.HEAD and complaint)
            case Part.ERROR:
                joined = after is Part.TRACEBACK or (after is Part.HEAD and complaint)
            case Part.PANIC:
                joined = False
            case Part.CAUSE | Part.CHAIN | Part.GOROUTINE:
                joined = True
        if part is not Part.CALL:
            self.after = part
        elif not joined:
            self.after = Part.HEAD
        return joined


def essence(lines: Sequence[tuple[Part, bytes]]) -> tuple[bytes, bytes]:
    """What a record says, in its first line and the errors named behind it, and where the innermost was raised.

    The calls in between are left out: the same error reached on two ways is one error.
    """
    (first, head), behind = lines[0], lines[1:]
    said = [] if first is Part.TRACEBACK else [head]
    if behind and _ONLY_A_CATEGORY.fullmatch(head):
        below = [text.strip() for _, text in behind]
        said += [below[0], *(text for text in below[1:] if part_of(text) is Part.ERROR)]
    said += [text.strip() for part, text in behind if part in (Part.ERROR, Part.CAUSE, Part.HEAD)]
    return b" ".join(said), _python_place(lines) or _place(lines)


def _python_place(lines: Sequence[tuple[Part, bytes]]) -> bytes:
    if not any(part is Part.TRACEBACK for part, _ in lines):
        return b""
    frames = [found for part, text in lines if part is Part.FRAME and (found := _PYTHON_FRAME.match(text))]
    return b"at %b (%b)" % (frames[-1]["function"], frames[-1]["file"]) if frames else b""


def _place(lines: Sequence[tuple[Part, bytes]]) -> bytes:
    """The first frame behind the last error."""
    place = b""
    for part, text in lines:
        if part in (Part.CAUSE, Part.ERROR):
            place = b""
        elif place:
            continue
        elif part is Part.CALL and not text.startswith(_GO_RUNTIME):
            place = b"at " + text[: text.rfind(b"(")]
        elif part is Part.FRAME and text.lstrip().startswith((b"at ", b"from ")):
            place = text.strip()
    return place
