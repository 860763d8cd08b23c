"""What the exit code of a container means. Over 128 the process ended by a signal: 128 and the signal's number."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from enum import StrEnum


class ExitCause(StrEnum):
    COMPLETED = "Completed"
    ERROR = "Error"
    USAGE = "Usage"
    NOT_EXECUTABLE = "NotExecutable"
    COMMAND_NOT_FOUND = "CommandNotFound"
    NOT_STARTED = "NotStarted"
    OUT_OF_MEMORY = "OutOfMemory"
    KILLED = "Killed"
    TERMINATED = "Terminated"
    INTERRUPTED = "Interrupted"
    CRASHED = "Crashed"
    BROKEN_PIPE = "BrokenPipe"
    UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class Exit:
    """`sentence` is a clause that may be empty, `advice` a sentence."""

    code: int
    cause: ExitCause
    sentence: str
    advice: str

    def __str__(self) -> str:
        """`exit code 2`, `exit code 127: its command was not found`, `exit code 139: SIGSEGV, it crashed ...`."""
        return f"exit code {self.code}: {self.sentence}" if self.sentence else f"exit code {self.code}"


_SEE_LOG = "See its last log lines."
_NATIVE = "The process crashed in native code; the image may not fit the node's CPU. See its last log lines."
_CODES = {
    0: (
        ExitCause.COMPLETED,
        "it ended without an error",
        "Its command must run in the foreground and keep running; work that ends belongs into a Job.",
    ),
    1: (ExitCause.ERROR, "", _SEE_LOG),
    2: (ExitCause.USAGE, "wrong arguments, or a panic in Go", f"Check command and args. {_SEE_LOG}"),
    126: (
        ExitCause.NOT_EXECUTABLE,
        "its command cannot be executed",
        "Check that the command is an executable file in the image, built for the node's architecture.",
    ),
    127: (ExitCause.COMMAND_NOT_FOUND, "its command was not found", "Check command and args against the image."),
    128: (ExitCause.NOT_STARTED, "the container could not be started", "Check command, args and mounts."),
    255: (
        ExitCause.UNKNOWN,
        "an exit code out of range, or unknown after a restart of the node",
        _SEE_LOG,
    ),
}
_SIGNALS = {
    signal.SIGHUP: (ExitCause.INTERRUPTED, "it was hung up", _SEE_LOG),
    signal.SIGINT: (ExitCause.INTERRUPTED, "it was interrupted", _SEE_LOG),
    signal.SIGQUIT: (ExitCause.INTERRUPTED, "it was told to quit", _SEE_LOG),
    signal.SIGILL: (ExitCause.CRASHED, "an illegal instruction", _NATIVE),
    signal.SIGABRT: (ExitCause.CRASHED, "it aborted itself, as after a failed assertion or allocation", _SEE_LOG),
    signal.SIGBUS: (ExitCause.CRASHED, "a bus error", _NATIVE),
    signal.SIGFPE: (ExitCause.CRASHED, "an arithmetic error", _NATIVE),
    signal.SIGKILL: (
        ExitCause.KILLED,
        "it was killed, usually because of a failing liveness or startup probe",
        "Check its liveness and startup probes, the node's memory and the memory of its child processes.",
    ),
    signal.SIGSEGV: (ExitCause.CRASHED, "a segmentation fault", _NATIVE),
    signal.SIGPIPE: (ExitCause.BROKEN_PIPE, "it wrote to a connection that was closed", _SEE_LOG),
    signal.SIGTERM: (
        ExitCause.TERMINATED,
        "it was told to stop, usually because of a failing liveness or startup probe",
        "Check its liveness and startup probes, and whether its pod was evicted.",
    ),
}
_OUT_OF_MEMORY = (
    ExitCause.OUT_OF_MEMORY,
    "it was killed because it ran out of memory",
    "Raise its memory limit or reduce its memory use.",
)


def exit_of(code: int, reason: str = "") -> Exit:
    """`code` and `reason` (OOMKilled, StartError, Error, ...) are of the container's terminated state."""
    if reason == "OOMKilled":
        return Exit(code, *_OUT_OF_MEMORY)
    if reason in ("StartError", "ContainerCannotRun"):
        return Exit(code, *_CODES[128])
    if code in _CODES:
        return Exit(code, *_CODES[code])
    try:
        number = signal.Signals(code - 128)
    except ValueError:
        return Exit(code, ExitCause.ERROR, "", _SEE_LOG)
    cause, sentence, advice = _SIGNALS.get(number, (ExitCause.KILLED, "", _SEE_LOG))
    return Exit(code, cause, f"{number.name}, {sentence}" if sentence else number.name, advice)
