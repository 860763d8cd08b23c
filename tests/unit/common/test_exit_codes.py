"""Exit codes and signals."""

import pytest

from ritsuko_common.exit_codes import ExitCause, exit_of


@pytest.mark.parametrize(
    ("code", "cause", "text"),
    [
        (0, ExitCause.COMPLETED, "exit code 0: it ended without an error"),
        (1, ExitCause.ERROR, "exit code 1"),
        (2, ExitCause.USAGE, "exit code 2: wrong arguments, or a panic in Go"),
        (3, ExitCause.ERROR, "exit code 3"),
        (126, ExitCause.NOT_EXECUTABLE, "exit code 126: its command cannot be executed"),
        (127, ExitCause.COMMAND_NOT_FOUND, "exit code 127: its command was not found"),
        (129, ExitCause.INTERRUPTED, "exit code 129: SIGHUP, it was hung up"),
        (130, ExitCause.INTERRUPTED, "exit code 130: SIGINT, it was interrupted"),
        (134, ExitCause.CRASHED, "exit code 134: SIGABRT, it aborted itself"),
        (135, ExitCause.CRASHED, "exit code 135: SIGBUS, a bus error"),
        (136, ExitCause.CRASHED, "exit code 136: SIGFPE, an arithmetic error"),
        (137, ExitCause.KILLED, "exit code 137: SIGKILL, it was killed"),
        (138, ExitCause.KILLED, "exit code 138: SIGUSR1"),
        (139, ExitCause.CRASHED, "exit code 139: SIGSEGV, a segmentation fault"),
        (141, ExitCause.BROKEN_PIPE, "exit code 141: SIGPIPE"),
        (143, ExitCause.TERMINATED, "exit code 143: SIGTERM, it was told to stop"),
        (200, ExitCause.ERROR, "exit code 200"),
        (255, ExitCause.UNKNOWN, "exit code 255: an exit code out of range"),
        (-1, ExitCause.ERROR, "exit code -1"),
    ],
)
def test_what_an_exit_code_means(code: int, cause: ExitCause, text: str) -> None:
    ended = exit_of(code)
    assert ended.cause is cause
    assert str(ended).startswith(text)
    assert ended.advice.endswith(".")


def test_the_runtimes_reason_says_more_than_the_code() -> None:
    assert exit_of(137, "OOMKilled").cause is ExitCause.OUT_OF_MEMORY
    assert "memory limit" in exit_of(137, "OOMKilled").advice
    assert exit_of(128, "StartError").cause is ExitCause.NOT_STARTED
    assert exit_of(127, "ContainerCannotRun").cause is ExitCause.NOT_STARTED
    assert exit_of(137, "Error").cause is ExitCause.KILLED
