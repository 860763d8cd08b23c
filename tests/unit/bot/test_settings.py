"""Settings: one line for each variable that is missing or wrong, and never its value."""

import pytest

from ritsuko_bot.main import main
from ritsuko_bot.settings import SettingsError, ZulipSettings, load

GOOD = {"ZULIP_SITE": "https://chat.example.com", "ZULIP_EMAIL": "bot@example.com", "ZULIP_API_KEY": "k3y"}


@pytest.fixture(autouse=True)
def good(monkeypatch: pytest.MonkeyPatch):
    for name in ("RITSUKO_BOT", "POD_NAMESPACE", "LOG_LEVEL", "RITSUKO_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def test_good_ones_load():
    account = load(ZulipSettings).account
    assert (account.site, account.email, account.api_key) == tuple(GOOD.values())


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_variable_is_named_with_what_to_write_and_the_process_ends_with_2(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.delenv(name)
    assert main([]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{name} is not set; set it to ")
    assert said.count("\n") == 1


def test_an_empty_variable_counts_as_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ZULIP_API_KEY", "")
    with pytest.raises(SettingsError, match="ZULIP_API_KEY is not set"):
        load(ZulipSettings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZULIP_EMAIL", "n0t-an-address"),
        ("ZULIP_SITE", "ftp://n0"),
        ("LOG_LEVEL", "n0isy"),
        ("RITSUKO_HTTP_PORT", "n0"),
    ],
)
def test_a_wrong_variable_is_named_without_its_value(name: str, value: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load(ZulipSettings)
    assert str(caught.value).startswith(f"{name} is invalid; set it to ")
    assert value not in str(caught.value)


def test_the_log_level_may_be_written_in_any_case(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LOG_LEVEL", "debug")
    assert load(ZulipSettings).log_level == "DEBUG"
