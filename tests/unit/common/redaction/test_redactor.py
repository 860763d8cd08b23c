"""Secrets do not come out, wherever they are planted; what is none stays readable."""

import base64
import json
import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ritsuko_common.redaction.redactor import Redaction, redacted

SECRETS = st.text(alphabet=string.ascii_letters + string.digits + "!$%*+-./_~", min_size=10, max_size=40).filter(
    lambda secret: (
        any(map(str.isalpha, secret)) and any(map(str.isdigit, secret)) and (secret[0] + secret[-1]).isalnum()
    )
)
NAMES = st.sampled_from(
    [
        "password",
        "DB_PASSWORD",
        "db.passwd",
        "apiToken",
        "x-api-key",
        "AWS_SECRET_ACCESS_KEY",
        "client_secret",
        "SECRET_KEY_BASE",
        "pass",
        "MYSQL_PASS",
        "authToken",
        "private-key",
        "dockerconfigjson",
        "session_id",
        "PASSWORD_OLD",
        "REDIS_AUTH",
        "FERNET_KEY",
        "app_key",
    ]
)
PLANTED_AS_TEXT = [
    "{name}={secret}",
    "{name}: {secret}",
    'level=info {name}="{secret}" user=bob',
    "--{name} {secret} --verbose",
    "--{name}={secret}",
    '{{"{name}": "{secret}", "user": "bob"}} and more',
    'payload="{{\\"{name}\\": \\"{secret}\\"}}"',
    "- name: {name}\n  value: {secret}\n",
    '{{"name":"{name}","value":"{secret}"}}, ...',
    "{name}: |\n  {secret}\nother: 1",
    "GET https://example.com/path?{name}={secret}&a=b",
]
PLANTED_ANYHOW = [
    "postgres://user:{secret}@db:5432/app",
    "Authorization: Bearer {secret}",
    "authorization: basic {secret}",
    "Set-Cookie: session={secret}; HttpOnly",
    "curl -u admin:{secret} https://example.com",
    "-----BEGIN RSA PRIVATE KEY-----\n{secret}\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\\n{secret}\\n-----END PRIVATE KEY-----\\n",
]


@pytest.mark.parametrize("template", PLANTED_AS_TEXT)
@settings(max_examples=50)
@given(name=NAMES, secret=SECRETS)
def test_named_secrets_never_come_out_of_text(template: str, name: str, secret: str) -> None:
    redaction = Redaction()
    assert secret not in redaction.text(template.format(name=name, secret=secret))
    assert redaction.total >= 1


@pytest.mark.parametrize("template", PLANTED_ANYHOW)
@given(secret=SECRETS)
def test_secrets_that_show_by_their_place_never_come_out(template: str, secret: str) -> None:
    assume(secret not in template)
    assume("://" not in template or "/" not in secret)
    redaction = Redaction()
    assert secret not in redaction.text(template.format(secret=secret))
    assert redaction.total >= 1


@pytest.mark.parametrize("template", PLANTED_AS_TEXT + PLANTED_ANYHOW)
@settings(max_examples=25)
@given(name=NAMES, secret=SECRETS)
def test_nor_when_all_of_it_is_base64(template: str, name: str, secret: str) -> None:
    assume("://" not in template or "/" not in secret)
    encoded = base64.b64encode(template.format(name=name, secret=secret).encode()).decode()
    assert encoded not in Redaction().text(f"annotation: {encoded}")


@given(name=NAMES, secret=SECRETS)
def test_structures_hide_by_name_in_every_shape(name: str, secret: str) -> None:
    structure = {
        "env": [{"name": name, "value": secret}, {"name": "MODE", "value": "production"}],
        "args": ["serve", f"--{name}={secret}"],
        "headers": {name: secret},
        "nested": {name: [secret, {"other": 1}]},
        "annotations": {"last-applied": json.dumps({"spec": {name: secret}})},
        "number": {name: 123456789},
    }
    cleaned = Redaction().value(structure)
    assert secret not in json.dumps(cleaned)
    assert "123456789" not in json.dumps(cleaned)
    assert cleaned["env"][1] == {"name": "MODE", "value": "production"}


@given(secret=SECRETS, key=st.text(alphabet=string.ascii_lowercase, min_size=1, max_size=8))
def test_no_value_of_a_kubernetes_secret_comes_out_under_any_key(secret: str, key: str) -> None:
    encoded = base64.b64encode(secret.encode()).decode()
    applied = json.dumps({"kind": "Secret", "stringData": {key: secret}})
    item = {
        "kind": "Secret",
        "metadata": {"name": "s", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": applied}},
        "data": {key: encoded},
        "stringData": {key: secret},
    }
    for planted in (item, {"kind": "List", "items": [item]}, {"note": json.dumps(item)}):
        written = json.dumps(Redaction().value(planted))
        assert secret not in written
        assert encoded not in written


@pytest.mark.parametrize("password", ["p@ss", "has/slash", "12345678/9", "%2Fencoded", "a:b"])
def test_odd_passwords_in_urls_do_not_come_out_and_ports_stay(password: str) -> None:
    assert password not in Redaction().text(f"amqp://bob:{password}@mq.example.com:5672/vhost")
    plain = "GET http://registry.example.com:8080/@scope/package?mail=bob@example.com"
    assert Redaction().text(plain) == plain


@pytest.mark.parametrize(
    "token",
    [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "ghp_" + "a1B2" * 9,
        "glpat-" + "abcd1234" * 3,
        "xoxb-123456789012-abcdefghij",
        "AKIA" + "ABCD1234" * 2,
        "sk-ant-" + "abcd1234" * 4,
    ],
)
def test_tokens_that_announce_themselves_need_no_name(token: str) -> None:
    assert token not in Redaction().text(f"using {token} to log in")


@pytest.mark.parametrize(
    "address",
    [
        "https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/{}",
        "https://discord.com/api/webhooks/1234567890/{}",
        "https://team.webhook.office.com/webhookb2/{}",
        "https://api.telegram.org/bot123456789:{}/sendMessage",
        "https://files.example.com/x?expires=1&sig={}",
        "https://bucket.example.com/x?X-Amz-Signature={}&x=1",
    ],
)
def test_addresses_that_let_in_whoever_knows_them_keep_their_key(address: str) -> None:
    secret = "a1B2c3" * 6
    told = Redaction().text(f"posting to {address.format(secret)} failed")
    assert secret not in told
    assert told.startswith("posting to https://")
    assert told.endswith(" failed")


@pytest.mark.parametrize(
    "harmless",
    [
        'pods is forbidden: User "system:serviceaccount:default:bot" cannot list resource "secrets" in API group ""',
        "automountServiceAccountToken: true",
        "tokenExpirationSeconds: 3607",
        "secretName: web-tls",
        "secretKeyRef:\n  name: db\n  key: password",
        'MountVolume.SetUp failed for volume "token" : secret "db" not found',
        "token-service-6f9c8d   1/1   Running   0   3d",
        "image: registry.example.com/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "oauth2-proxy bypass: enabled",
        "kubernetes.io/service-account-token   3   5d",
        "http_requests_total{path=/login} 12 at http://localhost:9090/graph",
        "2026-11-24T06:36:40Z INFO started in 1.5 s, 3 tokens refreshed",
    ],
)
def test_what_is_no_secret_stays(harmless: str) -> None:
    redaction = Redaction()
    assert redaction.text(harmless) == harmless
    assert redaction.total == 0


def test_references_to_secrets_stay_readable() -> None:
    pod = {
        "kind": "Pod",
        "spec": {
            "imagePullSecrets": [{"name": "registry"}],
            "volumes": [{"name": "tls", "secret": {"secretName": "web-tls", "defaultMode": 420}}],
            "containers": [
                {"env": [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]}
            ],
        },
    }
    assert Redaction().value(pod) == pod


@given(one=SECRETS, other=SECRETS)
def test_a_mark_tells_nothing_of_what_it_hides(one: str, other: str) -> None:
    assert redacted(f"password={one}") == redacted(f"password={other}") == "password=[redacted-value]"
    assert Redaction().value({"password": one}) == {"password": "[redacted-value]"}


@given(st.text(max_size=300))
def test_redacting_twice_changes_nothing_more(anything: str) -> None:
    once = Redaction().text(anything)
    again = Redaction()
    assert again.text(once) == once
    assert again.total == 0


@given(name=NAMES, secret=SECRETS)
def test_a_name_that_is_given_twice_hides_both_values(name: str, secret: str) -> None:
    assert secret not in Redaction().text(f'{{"{name}": "{secret}", "{name}": true}}')


def test_what_is_nested_beyond_measure_is_left_out_and_counted() -> None:
    nested: list = ["hunter2hunter2"]
    for _ in range(2_000):
        nested = [nested]
    redaction = Redaction()
    assert "hunter2hunter2" not in str(redaction.value({"spec": nested, "name": "x"}))
    assert redaction.counts["nested"] == 1


@given(secret=SECRETS)
def test_a_sentence_is_one_line(secret: str) -> None:
    redaction = Redaction()
    told = redaction.sentence(f"there is no pod 'x'\nwith labels password={secret}")
    assert told == "there is no pod 'x' with labels password=[redacted-value]"
    assert redaction.total == 1
