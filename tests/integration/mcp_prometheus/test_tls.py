"""Certificates: expired, unknown, for somebody else, missing, renewed. Real TLS over real sockets."""

import datetime
import json
import os
import ssl
from pathlib import Path

import pytest
from aiohttp import web

from ritsuko_mcp_common.errors import ConfigurationError, ToolFailure
from ritsuko_mcp_prometheus.server import build
from ritsuko_mcp_prometheus.settings import PrometheusSettings
from tests.cluster.certificates import Authority, KeyPair
from tests.integration.mcp_prometheus.backends import UP, backend, client, failure
from tests.integration.mcp_prometheus.real_prometheus import real_prometheus

_SAMPLES = "# TYPE anything gauge\nanything 1 1790000000\n# EOF\n"


async def up(_: web.Request) -> web.Response:
    return web.json_response(UP)


def serving_with(pair: KeyPair, clients_of: Authority | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair.certificate, pair.key)
    if clients_of is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients_of.file)
    return context


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.create(tmp_path / "ca")


@pytest.fixture
def server(authority: Authority) -> KeyPair:
    return authority.issue("server", subject="prometheus", hosts=["127.0.0.1"])


async def test_an_expired_certificate(authority: Authority) -> None:
    expired = authority.issue(
        "old", subject="prometheus", hosts=["127.0.0.1"], lifetime=datetime.timedelta(seconds=-60)
    )
    async with backend(up, serving_with(expired)) as url:
        failed = await failure(url, prometheus_ca_file=authority.file)
    assert "certificate has expired" in failed.message
    assert "Renew the certificate" in failed.hint


async def test_a_certificate_of_an_authority_that_is_not_trusted(authority: Authority, server: KeyPair) -> None:
    async with backend(up, serving_with(server)) as url:
        failed = await failure(url)
    assert "CERTIFICATE_VERIFY_FAILED" in failed.message
    assert "PROMETHEUS_CA_FILE" in failed.hint


async def test_a_certificate_made_for_another_name(authority: Authority) -> None:
    other = authority.issue("other", subject="prometheus", hosts=["prometheus.example.com"])
    async with backend(up, serving_with(other)) as url:
        failed = await failure(url, prometheus_ca_file=authority.file)
    assert "mismatch" in failed.message
    assert "PROMETHEUS_URL" in failed.hint


async def test_a_scheme_that_the_port_does_not_speak(authority: Authority, server: KeyPair) -> None:
    async with backend(up) as url:
        failed = await failure(url.replace("http://", "https://"))
    assert "use http://" in failed.hint
    async with backend(up, serving_with(server)) as url:
        failed = await failure(url.replace("https://", "http://"))
    assert "https://" in failed.hint


async def test_mutual_tls_with_a_certificate_without_one_and_with_a_strange_one(
    authority: Authority, server: KeyPair, tmp_path: Path
) -> None:
    mine = authority.issue("bot", subject="bot")
    strange = Authority.create(tmp_path / "other").issue("bot", subject="bot")
    async with backend(up, serving_with(server, authority)) as url:
        async with client(
            url,
            prometheus_ca_file=authority.file,
            prometheus_client_cert_file=mine.certificate,
            prometheus_client_key_file=mine.key,
        ) as prometheus:
            assert (await prometheus.query("up", 1.0)).series[0].labels == {"job": "x"}
        without = await failure(url, prometheus_ca_file=authority.file)
        wrong = await failure(
            url,
            prometheus_ca_file=authority.file,
            prometheus_client_cert_file=strange.certificate,
            prometheus_client_key_file=strange.key,
        )
    assert "client certificate" in without.hint
    assert "client certificate" in wrong.hint


@pytest.mark.prometheus
async def test_mutual_tls_with_a_real_prometheus(authority: Authority, server: KeyPair, tmp_path: Path) -> None:
    """It refuses after the handshake, other than the servers made of Python above."""
    mine = authority.issue("bot", subject="bot")
    strange = Authority.create(tmp_path / "other").issue("bot", subject="bot")
    web = {
        "cert_file": str(server.certificate),
        "key_file": str(server.key),
        "client_auth_type": "RequireAndVerifyClientCert",
        "client_ca_file": str(authority.file),
    }
    tls = ssl.create_default_context(cafile=authority.file)
    tls.load_cert_chain(mine.certificate, mine.key)
    (folder := tmp_path / "prometheus").mkdir()
    with real_prometheus(folder, _SAMPLES, web=json.dumps({"tls_server_config": web}), tls=tls) as prometheus:
        trusted = {"prometheus_ca_file": authority.file}
        certificate = {"prometheus_client_cert_file": mine.certificate, "prometheus_client_key_file": mine.key}
        async with client(prometheus.url, **trusted, **certificate) as connected:
            assert (await connected.query("vector(7)", 1.0)).series[0].samples == [(1.0, 7.0)]
        without = await failure(prometheus.url, **trusted)
        certificate = {"prometheus_client_cert_file": strange.certificate, "prometheus_client_key_file": strange.key}
        wrong = await failure(prometheus.url, **trusted, **certificate)
        plain = await failure(prometheus.url.replace("https://", "http://"))
    assert "client certificate" in without.hint
    assert "client certificate" in wrong.hint
    assert "https://" in plain.hint


async def test_a_renewed_client_certificate_needs_no_restart(authority: Authority, server: KeyPair) -> None:
    """The old one is taken by nobody any more, and no connection that was made with it is used again."""
    seen: list[str] = []

    async def who(request: web.Request) -> web.Response:
        assert request.transport is not None
        certificate = request.transport.get_extra_info("peercert")
        seen.append(dict(part for names in certificate["subject"] for part in names)["commonName"])
        return web.json_response(UP)

    first = authority.issue("bot", subject="first")
    second = authority.issue("next", subject="second")
    async with (
        backend(who, serving_with(server, authority)) as url,
        client(
            url,
            prometheus_ca_file=authority.file,
            prometheus_client_cert_file=first.certificate,
            prometheus_client_key_file=first.key,
        ) as prometheus,
    ):
        await prometheus.query("up", 1.0)
        await prometheus.query("up", 1.0)
        os.replace(second.certificate, first.certificate)
        os.replace(second.key, first.key)
        await prometheus.query("up", 1.0)
        first.certificate.unlink()
        with pytest.raises(ToolFailure, match=r"can't be used: .*No such file"):
            await prometheus.query("up", 1.0)
    assert seen == ["first", "first", "second"]


async def test_a_renewed_authority_is_trusted_and_the_old_one_no_longer(tmp_path: Path) -> None:
    old, new = Authority.create(tmp_path / "old"), Authority.create(tmp_path / "new")
    trusted = tmp_path / "trusted.crt"
    trusted.write_bytes(old.file.read_bytes())
    before = serving_with(old.issue("server", subject="prometheus", hosts=["127.0.0.1"]))
    after = serving_with(new.issue("server", subject="prometheus", hosts=["127.0.0.1"]))
    async with (
        backend(up, before) as old_url,
        backend(up, after) as new_url,
        client(old_url, prometheus_ca_file=trusted) as to_old,
        client(new_url, prometheus_ca_file=trusted) as to_new,
    ):
        await to_old.query("up", 1.0)
        with pytest.raises(ToolFailure, match="CERTIFICATE_VERIFY_FAILED"):
            await to_new.query("up", 1.0)
        trusted.write_bytes(new.file.read_bytes() + b"\n")
        await to_new.query("up", 1.0)
        with pytest.raises(ToolFailure, match="CERTIFICATE_VERIFY_FAILED"):
            await to_old.query("up", 1.0)


def test_certificates_that_cannot_be_used_are_refused_at_the_start(authority: Authority, server: KeyPair) -> None:
    mine = authority.issue("bot", subject="bot")
    settings = {"prometheus_url": "https://x", "prometheus_client_cert_file": mine.certificate}
    with pytest.raises(ConfigurationError, match="PROMETHEUS_CLIENT_CERT_FILE"):
        build(PrometheusSettings.model_validate({**settings, "prometheus_client_key_file": server.key}))
    with pytest.raises(ConfigurationError, match="PROMETHEUS_CLIENT_CERT_FILE"):
        build(PrometheusSettings.model_validate(settings))
