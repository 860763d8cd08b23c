"""Nothing secret gets into what is said, whatever a container or a server says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_operator.reconcile.redaction import REDACTED, last_lines, redactor, without_credentials

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabc\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abcDEF123456.x", "abcDEF123456"),
        ("curl -u with Basic aGFsOnNlY3JldA==", "aGFsOnNlY3JldA"),
        ("password=hunter2 host=db", "hunter2"),
        ('{"api_key": "k-123 45", "user": "hal"}', "k-123 45"),
        ("ZULIP_API_KEY=abcdef", "abcdef"),
        ("DB_PASSWORD: 's3cr et'", "s3cr et"),
        ("postgres://hal:hunter2@db:5432/x", "hunter2"),
        (f"key:\n{PEM}\nend", "MIIEpAIBAAKCAQEA"),
        (PEM[:60], "MIIEpAIBAA"),
        (PEM[40:], "AQEA"),
        ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.abc", "eyJzdWIi"),
        ("using ghp_0123456789abcdefghij", "ghp_0123456789"),
        ("A" * 64, "A" * 64),
    ],
)
def test_what_looks_like_a_credential_goes(text: str, secret: str) -> None:
    redacted = without_credentials(text)
    assert secret not in redacted
    assert REDACTED in redacted


@pytest.mark.parametrize(
    "text",
    [
        "ModuleNotFoundError: No module named 'mcp'",
        "Traceback (most recent call last): File /app/main.py, line 3",
        "listen tcp :8081: bind: address already in use",
        "GET https://chat.test/api/v1/register 503",
        "sha256:" + "0" * 30,
    ],
)
def test_what_people_need_stays(text: str) -> None:
    assert without_credentials(text) == text


@given(st.text(min_size=6), st.text(), st.text())
def test_a_known_value_goes_wherever_it_stands(value: str, before: str, after: str) -> None:
    redacted = redactor([value])(before + value + after)
    assert value not in redacted or value in REDACTED


def test_of_two_values_the_longer_goes_first_and_short_ones_are_no_secrets() -> None:
    redact = redactor(["abcdef", "abcdefghi", "on"])
    assert redact("abcdefghi on") == f"{REDACTED} on"


def test_a_log_is_cut_to_its_last_lines() -> None:
    log = "\n".join(f"line {number}" for number in range(100))
    assert last_lines(log).splitlines() == [f"line {number}" for number in range(92, 100)]
    assert last_lines("x " * 1000 + "the end", size=100).endswith("the end")
    assert len(last_lines("x " * 1000, size=100)) == 100
    assert last_lines("  \n\n") == ""


def test_a_secret_is_taken_out_before_the_log_is_cut() -> None:
    assert "hunter2" not in last_lines("password=" + "hunter2" * 30, size=50)
