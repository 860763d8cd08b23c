"""What is told of the fields that a store keeps beside a text."""

import pytest

from ritsuko_mcp_logs.lines.application_fields import ContinuationFields, application_fields
from ritsuko_mcp_logs.lines.line import Origin
from ritsuko_mcp_logs.lines.stream import timestamp
from ritsuko_mcp_logs.mining.causes import with_causes
from ritsuko_mcp_logs.mining.fingerprint import fingerprint
from ritsuko_mcp_logs.sources.rows import Row, batches

ORIGIN = Origin("shop", "web-1", "app")
COLLECTED = {
    "namespace": "shop", "pod": "web-1", "kubernetes.pod_name": "web-1", "k8s.node.name": "n1", "host.name": "n1",
    "stream": "stderr", "_stream": "{}", "@version": "1", "app": "web", "agent.type": "filebeat", "detected_level": "x",
    "resource.attributes.service.name": "web", "log.offset": "7", "label_tier": "web", "empty": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "text", "told"),
    [
        ({}, "request failed", ""),
        ({"status": "502", "error": "connection refused", "level": "error"}, "request failed",
         'level=error error="connection refused" status=502'),
        ({"level": "error", "error": "refused"}, "ERROR refused", ""),
        ({"log.level": "warn", "podium": "first"}, "x", "log.level=warn podium=first"),
        ({"user": "a=b", "note": 'say "no"\nto'}, "x", r'user="a=b" note="say \"no\"\nto"'),
        ({"api_key": "hunter2", "password": "x", "token_count": "7"}, "x", "token_count=7"),
    ],
)  # fmt: skip
def test_what_an_application_wrote_is_told_and_no_more(fields: dict[str, str], text: str, told: str) -> None:
    assert application_fields(COLLECTED | fields, text) == told


def test_a_long_value_ends_at_a_blank_and_many_fields_end_somewhere() -> None:
    assert application_fields({"note": "word " * 100}, "x") == f'note="{"word " * 60}…"'
    assert application_fields({"blob": "x" * 301}, "x") == 'blob=" …"'
    many = application_fields({f"field{number:02}": "x" * 90 for number in range(20)}, "")
    assert len(many) <= 810
    assert many.startswith("field00=")
    assert many.endswith("x …")


def test_of_whom_an_entry_is_is_known_by_whatever_name() -> None:
    (batch,) = batches([Row(10**18, ORIGIN, "x", {"where.ns": "shop", "who": "web-1", "what": "app", "why": "web"})])
    assert [line.text for line in batch.lines()] == ["x | why=web"]


def test_the_fields_of_an_entry_of_several_lines_are_told_once() -> None:
    (batch,) = batches([Row(10**18, ORIGIN, "panic\n  at a\n  at b", {"status": "500"})])
    assert [line.text for line in batch.lines()] == ["panic | status=500", "  at a", "  at b"]
    assert [line.fields["status"] for line in batch.lines()] == ["500"] * 3
    assert application_fields(ContinuationFields(status="500"), "x") == ""


STACK = "PaymentError: card declined\n    at pay (/app/pay.js:3:9)\n    at run (/app/run.js:1:1)"


@pytest.mark.parametrize(
    ("fields", "json"),
    [
        ({"error": "dial tcp 10.0.0.1:5432: refused"}, '"error":"dial tcp 10.0.0.1:5432: refused"'),
        ({"err.message": "card declined", "err.stack": STACK}, '"err":{"message":"card declined","stack":"x"}'),
        ({"error.message": "gone", "logger": "db"}, '"logger":"db","error":{"message":"gone"}'),
        ({"error.message": "gone"}, '"error.message":"gone"'),
        ({"stack_trace": STACK}, f'"stack_trace":"{STACK}"'.replace("\n", "\\n")),
        ({"exception_message": "no answer", "exception_type": "Timeout"}, '"exception":"no answer"'),
    ],
)
def test_an_error_is_the_same_whether_a_collector_took_its_line_apart_or_not(fields: dict[str, str], json: str) -> None:
    (taken_apart,) = batches([Row(10**18, ORIGIN, "request 7 failed", COLLECTED | fields)])
    lines = with_causes(taken_apart).texts()
    whole = f'{{"level":"error","msg":"request 8 failed",{json}}}'.encode()
    assert fingerprint(lines, str) == fingerprint([whole], str)
    assert fingerprint(lines, str) != fingerprint([b"request 7 failed"], str)


def test_a_stack_trace_beside_the_text_follows_it_whole() -> None:
    rows = [Row(10**18, ORIGIN, "failed", {"stack_trace": STACK}), Row(10**18 + 1, ORIGIN, "fine", {"status": "200"})]
    (batch,) = batches(rows)
    lines = with_causes(batch)
    assert lines.texts() == [
        b"failed error=PaymentError: card declined     at pay (/app/pay.js:3:9)",
        *(b"\t| " + line.encode() for line in STACK.split("\n")),
        b"fine",
    ]
    assert lines.data.startswith(timestamp(10**18))
    assert len(lines.fields) == lines.count


@pytest.mark.parametrize("text", ['{"msg":"failed","error":"x\\ny"}', "failed: x\ny", "failed"])
def test_what_says_all_by_itself_stays_as_it_is(text: str) -> None:
    fields = {"status": "500"} if text == "failed" else {"error": "x\ny"}
    (batch,) = batches([Row(10**18, ORIGIN, text, fields)])
    if "\n" not in text:
        assert with_causes(batch) == batch
