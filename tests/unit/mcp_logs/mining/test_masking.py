"""What of a line is variable, and what it says beside its header and its fields."""

import pytest

from ritsuko_mcp_logs.mining.digit_runs import collapse_digits, collapsed_digits
from ritsuko_mcp_logs.mining.fingerprint import masked
from ritsuko_mcp_logs.mining.masking import tokens, with_wildcards


def said(*lines: str) -> str:
    return masked([line.encode() for line in lines])[0].decode()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "failed to connect to 10.1.2.3:5432 after 5 attempts in 3m2.5s",
            "failed to connect to <*> after <*> attempts in <*>",
        ),
        ("volume pvc-3fa2b1c4-1234-4abc-9def-0123456789ab is gone", "volume <*> is gone"),
        ("pod shop/web-7d9f8b6c5-x2x9k restarted", "pod shop/<*> restarted"),
        ("pod web-xkcdbfgh-bcdfg restarted", "pod <*> restarted"),
        ("peer fe80::1%eth0 via 2001:db8::ff00:42:8329, 00:1a:2b:3c:4d:5e", "peer <*> via <*>"),
        ("std::bad_alloc at 0xdeadbeef", "std::bad_alloc at <*>"),
        ("commit abc123f by alice@example.com", "commit <*> by <*>"),
        ("wrote /var/lib/app/data-17.bin, 4096MiB of 10Gi (93.5%) at 12KB/s", "wrote <*> of <*> (<*>) at <*>"),
        ("cannot find 'web' in \"shop\"", "cannot find <*> in <*>"),
        ('said "no such file" twice', 'said "no such file" twice'),
        (
            "GET https://api.example.com/v1/charges?limit=3&after=x 500",
            "GET https://api.example.com/v<*>/charges?<*> <*>",
        ),
        ("http2 over x509, utf8", "http<*> over x<*>, utf<*>"),
        (
            "next run at 2026-01-02T03:04:05.678+02:00 or Tue, 03 Feb 2026 04:05:06 GMT",
            "next run at <*> or <*> <*> <*> <*> GMT",
        ),
        ("offset -5 of [1, 2, 3]", "offset <*> of [<*>]"),
        ("\x1b[31mred\x1b[0m alert", "red alert"),
        ("re-try the built-in up-to-date check", "re-try the built-in up-to-date check"),
        ("a dead beef is no hex", "a dead beef is no hex"),
    ],
)
def test_what_varies_is_masked_and_what_does_not_stays(line: str, message: str) -> None:
    assert said(line) == message


@pytest.mark.parametrize(
    "line",
    [
        "connection to db lost",
        "2026-01-02T03:04:05.123Z ERROR connection to db lost",
        "2026-01-02 03:04:05,123 ERROR [main] connection to db lost",
        "2026/01/02 03:04:05 [error] connection to db lost",
        "[2026-01-02T03:04:05+02:00] [ERROR] connection to db lost",
        "03:04:05.678 [http-nio-8080-exec-3] WARN com.shop.orders.Orders - connection to db lost",
        "E0921 14:00:00.123456       1 reconciler.go:224] connection to db lost",
        'ts=2026-01-02T03:04:05Z level=error tenant=7 msg="connection to db lost"',
        '{"level":"error","ts":1767323045.678,"msg":"connection to db lost","user":"bob","took":1.2e-05}',
        '{"@timestamp":"2026-01-02","severity":"ERROR","message":"connection to db lost","k":{"a":[1,2]}}',
        '2026-01-02T03:04:05Z {"level":"error","msg":"connection to db lost","id":"a1b2c3","s":"\\u003cx\\u003e"}',
    ],
)
def test_the_same_message_is_the_same_in_every_format(line: str) -> None:
    assert said(line) == "connection to db lost"


def test_fields_that_tell_why_belong_to_the_message() -> None:
    assert said('{"level":"error","msg":"cannot pay","err":"card 17 declined","user":"bob"}') == (
        "cannot pay error=card <*> declined"
    )
    assert said('level=error controller=deployment msg="cannot sync" err="timeout after 5s" name=web') == (
        "deployment: cannot sync error=timeout after <*>"
    )
    assert said('{"error":{"type":"E","message":"boom 1"}}') == "error=boom <*>"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            'E1128 10:11:12.000001       1 sync.go:33] "Failed to mount volume" controller="pvc" pod="shop/web-1" '
            'err="timeout after 5s"',
            "pvc: Failed to mount volume error=timeout after <*>",
        ),
        (
            'E1128 10:11:12.000001       1 kuberuntime.go:7] "Failed to pull \\"image\\"" pod={"name":"web"} '
            'image="web:1" attempt=3',
            "Failed to pull <*>",
        ),
        ("2026-01-02T03:04:05Z ERROR cannot reach db host=a port=5432 err=refused", "cannot reach db error=refused"),
        ('level=error msg="cannot pay" err=declined user=bob', "cannot pay error=declined"),
        (
            "ERROR query SELECT a FROM b WHERE x=1 AND y=2 AND z=3 timed out",
            "query SELECT a FROM b WHERE x=<*> AND y=<*> AND z=<*> timed out",
        ),
    ],
)
def test_what_is_said_before_the_fields_is_the_message(line: str, message: str) -> None:
    assert said(line) == message


def test_a_structured_line_without_a_message_is_told_by_its_fields() -> None:
    assert said('{"method":"GET","status":500,"ms":12.5}') == "method=GET status=<*> ms=<*>"


@pytest.mark.parametrize(
    "line", ['{"msg": "cut off', "{}", "[1]", '{"msg": {"a": 1}}', "a=b", "= = = =", "\xff\xfe", ""]
)
def test_what_is_hardly_structured_is_taken_as_it_is(line: str) -> None:
    assert isinstance(said(line), str)


def test_lines_that_differ_in_numbers_only_share_a_key_and_no_others_do() -> None:
    one, same, other = collapse_digits(b"took 5 ms\ntook 17 ms\ntook  ms\n")
    assert one == same != other
    assert collapse_digits(b"5\n\n x\ty \n") == [
        *collapse_digits(b"77\n"),
        *collapse_digits(b"\n"),
        *collapse_digits(b" x\ty \n"),
    ]
    assert collapsed_digits(b"17 of 4") == b"0 of 0"


def test_wildcards_of_a_template_are_put_in_where_the_words_stand() -> None:
    masked_line = b"user bob (admin) logged in, bob"
    template = [b"user", b"<*>", b"(", b"admin", b")", b"logged", b"in", b",", b"<*>"]
    assert tokens(masked_line) == (b"user", b"bob", b"(", b"admin", b")", b"logged", b"in", b",", b"bob")
    assert with_wildcards(masked_line, template) == b"user <*> (admin) logged in, <*>"
