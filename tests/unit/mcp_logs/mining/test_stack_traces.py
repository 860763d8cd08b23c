"""Stack traces count as one record, however the log was cut into batches and whatever stands around them."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_logs.lines.line import Batch, Origin
from ritsuko_mcp_logs.mining.miner import Group, Miner
from ritsuko_mcp_logs.mining.occurrences import Spans
from tests.load.labelled_logs import Variables, record

SINCE = 1_790_000_000
ORIGIN = Origin("shop", "web-1", "app")


def mined(*lines: str, cuts: tuple[int, ...] = (), step: float = 0.0) -> list[Group]:
    """The groups of errors in lines so many seconds apart, cut into batches at these places."""
    miner = Miner(Spans(((SINCE, SINCE + 1000),), 10))
    times = [f"2026-09-21T14:13:{20 + min(39, int(index * step)):02}.5Z" for index in range(len(lines))]
    stamped = [f"{time} {line}\n".encode() for time, line in zip(times, lines, strict=True)]
    edges = sorted({0, *(cut % (len(lines) + 1) for cut in cuts), len(lines)})
    for start, end in pairwise(edges):
        miner.feed(Batch(ORIGIN, b"".join(stamped[start:end])))
    return miner.groups()


def heads(groups: list[Group]) -> list[tuple[str, int, int]]:
    """The first line of each group, how many records it has and of how many lines."""
    found = [(g.tally.first.lines[0].decode(), g.tally.count, len(g.tally.first.lines)) for g in groups]
    return sorted(found)


JAVA = (
    "12:00:00 ERROR [main] com.shop.Orders - request 17 failed",
    "java.lang.IllegalStateException: order 5",
    "\tat com.shop.Order.ship(Order.java:12)",
    "Caused by: java.io.IOException: broken pipe",
    "\tat com.shop.Wire.send(Wire.java:7)",
    "\t... 3 more",
)
PYTHON = (
    "Traceback (most recent call last):",
    '  File "/app/a.py", line 1, in f',
    "    g()",
    "KeyError: 'x'",
    "",
    "During handling of the above exception, another exception occurred:",
    "",
    "Traceback (most recent call last):",
    '  File "/app/b.py", line 2, in g',
    "    raise Odd(7)",
    "shop.Odd: seven 7",
)
GO = ("panic: boom 1", "", "goroutine 1 [running]:", "main.f(0x1)", "\t/app/m.go:3 +0x1d", "exit status 2")
RUST = ("thread 'main' panicked at src/main.rs:4:5:", "index out of bounds", "note: run with `RUST_BACKTRACE=1`")
NODE = ("TypeError: x is not a function", "    at f (/app/a.js:1:2)", "    at node:internal/main:3:4")


def test_each_trace_is_one_record_between_lines_that_are_none() -> None:
    for trace in (JAVA, PYTHON, GO, RUST, NODE):
        groups = mined("INFO started", *trace, "INFO going on", *trace, "INFO stopped")
        assert heads(groups) == [(trace[0], 2, len(trace))], trace


@given(st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)))
def test_it_does_not_matter_where_the_log_is_cut(cuts: tuple[int, ...]) -> None:
    lines = ("INFO a", *JAVA, "INFO b", *PYTHON, *NODE, "WARN c", *GO, "INFO d")
    assert heads(mined(*lines, cuts=cuts)) == heads(mined(*lines))


def test_a_trace_that_was_logged_with_an_error_belongs_to_it() -> None:
    assert heads(mined("ERROR cannot send", *PYTHON, "INFO next")) == [("ERROR cannot send", 1, 12)]
    assert heads(mined("INFO all is well", *NODE, "INFO next")) == [(NODE[0], 1, 3)]


ACCESS = ('10.0.0.1 - - "GET /healthz HTTP/1.1" 200 2', 'INFO:     10.0.0.1:4711 - "GET /healthz HTTP/1.1" 200 OK')


def test_what_another_stream_writes_between_the_lines_of_a_traceback_is_not_its_error() -> None:
    trace = PYTHON[7:]
    between = [line for pair in zip(trace, ACCESS * 2, strict=True) for line in pair]
    (mixed,), (alone,) = mined("INFO started", *between, "INFO next"), mined(*trace)
    assert mixed.template.words == alone.template.words
    assert mixed.template.place == alone.template.place
    assert mixed.tally.first.lines == [line.encode() for line in trace]


def test_an_error_in_the_midst_of_a_traceback_is_one_of_its_own() -> None:
    assert heads(mined(*PYTHON[:3], "ERROR disk full", "INFO next")) == [("ERROR disk full", 1, 1), (PYTHON[0], 1, 3)]


def test_a_traceback_without_its_error_does_not_wait_for_ever() -> None:
    assert heads(mined(*PYTHON[:3], "INFO next", "shop.Odd: later", step=2)) == [(PYTHON[0], 1, 3)]


def test_what_dotnet_writes_below_its_category_is_its_message() -> None:
    category, frame = "fail: Shop.Orders[13]", "         at Shop.Orders.Pay(Int32 id) in /src/Orders.cs:line 42"
    odd = (category, "      Request 7 failed", "      System.InvalidOperationException: no cart", frame)
    other = (category, "      Request 8 was refused", frame)
    groups = mined("info: Shop.Orders[1]", "      fine", *odd, *odd, "info: Shop.Orders[1]", *other)
    assert heads(groups) == [(category, 1, 3), (category, 2, 4)]
    said = {b" ".join(group.template.words) for group in groups}
    assert any(b"Request <*> failed System.InvalidOperationException: no cart" in one for one in said)


def test_the_thread_and_logger_of_spring_are_not_the_message() -> None:
    line = "2026-09-21T14:13:20.123Z ERROR 1 --- [{}] {} : Servlet.service() threw an exception"
    groups = mined(
        line.format("nio-8080-exec-1", "o.a.c.c.C.[.[.[/].[dispatcherServlet]   "), line.format("main", "c.s.X")
    )
    assert [(group.tally.count, b" ".join(group.template.words)) for group in groups] == [
        (2, b"Servlet.service( ) threw an exception")
    ]


def test_an_error_of_another_moment_is_another_error() -> None:
    assert heads(mined("ERROR cannot send", *NODE, step=5)) == [("ERROR cannot send", 1, 1), (NODE[0], 1, 3)]


def test_a_warning_with_a_trace_is_an_error_and_a_long_message_is_none() -> None:
    assert heads(mined("WARN retrying", *NODE)) == [("WARN retrying", 1, 4)]
    assert mined("INFO settings:", "  a: 1", "  exception: none") == []
    assert mined("DEBUG tried", "java.io.IOException: never mind", step=5) != []


def test_two_traces_in_a_row_are_two() -> None:
    assert heads(mined(*GO, *GO)) == [(GO[0], 2, 6)]
    assert heads(mined(*NODE, *NODE)) == [(NODE[0], 2, 3)]
    assert heads(mined(*PYTHON[:4], *PYTHON[:4])) == [(PYTHON[0], 2, 4)]


def test_the_way_to_an_error_does_not_matter_but_where_it_was_raised_does() -> None:
    deep = (*JAVA[:3], "\tat com.shop.Deep.er(Deep.java:1)", *JAVA[3:])
    elsewhere = (*JAVA[:4], "\tat com.shop.Other.send(Other.java:7)", JAVA[5])
    assert len(mined(*JAVA, *deep)) == 1
    assert len(mined(*JAVA, *elsewhere)) == 2


def test_a_panic_that_a_server_caught_brings_its_stack_along() -> None:
    lines = ("2026/01/02 03:04:05 http: panic serving 10.1.2.3:4: boom", *GO[2:5])
    assert [count for _, count, _ in heads(mined(*lines, "INFO x", *lines))] == [2]


def test_of_an_endless_trace_the_beginning_and_the_end_are_kept() -> None:
    frames = [f"\tat a.b.C.d(C.java:{index})" for index in range(1000)]
    (group,) = mined("ERROR deep", "java.lang.StackOverflowError", *frames, "INFO x")
    kept = group.tally.first.lines
    assert group.tally.count == 1
    assert [line.decode() for line in kept[:3]] == ["ERROR deep", "java.lang.StackOverflowError", frames[0]]
    assert len(kept) < 200


def test_the_generated_traces_are_told_apart() -> None:
    make = Variables(7)
    labels = [f"trace: {name}" for name in ("java", "python", "go", "node")]
    lines = [line for label in labels * 5 for line in (*record(label, make).lines, "INFO between")]
    assert [group.tally.count for group in mined(*lines)] == [5, 5, 5, 5]
