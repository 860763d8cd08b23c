"""Of a corpus of secrets none comes out, whole or cut, and lines that hold none stay as they are."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ritsuko_common.redaction.names import is_sensitive_name
from ritsuko_common.redaction.redactor import Redaction, redacted
from tests.unit.common.redaction.secret_forms import CUT, HARMLESS, SECRETS, planted


@pytest.mark.parametrize("template", [*SECRETS, *CUT])
def test_no_secret_comes_out(template: str) -> None:
    for _ in range(3):
        text, secrets = planted(template)
        assert secrets
        told = redacted(text)
        assert not [secret for secret in secrets if secret in told]
        assert redacted(told) == told


@pytest.mark.parametrize("template", SECRETS)
def test_nor_as_a_field_of_a_structure_or_after_a_log_line(template: str) -> None:
    text, secrets = planted(template)
    for told in (
        json.dumps(Redaction().value({"lines": [{"message": text}], "n": 1}), ensure_ascii=False),
        redacted(json.dumps({"log": text, "stream": "stderr"}, ensure_ascii=False)),
        redacted(f"starting\n{text}\ndone"),
    ):
        assert not [secret for secret in secrets if secret in told]


@pytest.mark.parametrize("template", CUT)
def test_of_a_secret_that_was_cut_nothing_is_left(template: str) -> None:
    text, secrets = planted(template)
    secret = secrets[-1]
    for kept in range(4, len(secret)):
        part = text[: text.index(secret) + kept]
        assert redacted(part) != part


@pytest.mark.parametrize("line", HARMLESS)
def test_what_is_no_secret_stays(line: str) -> None:
    line = line.replace("\\n", "\n")
    assert redacted(line) == line
    assert Redaction().value({"message": line}) == {"message": line}


@pytest.mark.parametrize(
    "name",
    [
        "sid",
        "connect.sid",
        "JSESSIONID",
        "bindpw",
        "pass\u200bword",
        "dbPassword",
        "X-Api-Key",
        "client-key-data",
        "Pwd",
    ],
)
def test_fields_of_these_names_are_hidden(name: str) -> None:
    assert is_sensitive_name(name)
    assert Redaction().value({name: "a1B2c3D4e5"}) == {name: "[redacted-value]"}


def test_numbers_that_count_stay() -> None:
    usage = {"prompt_tokens": 512, "max_tokens": 4096, "secrets": 12345, "author": "Jane", "auth": "oidc"}
    assert Redaction().value(usage) == usage


@settings(max_examples=200)
@given(template=st.sampled_from(SECRETS), before=st.text(max_size=60), after=st.text(max_size=60))
def test_whatever_stands_on_the_lines_around_it(template: str, before: str, after: str) -> None:
    text, secrets = planted(template)
    told = redacted(f"{before}\n{text}\n{after}")
    assert not [secret for secret in secrets if secret in told]
