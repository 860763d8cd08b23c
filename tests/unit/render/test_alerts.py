"""The alerts speak of metrics that there are, are raised when they should be, and not else."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ritsuko_bot.metrics import Metrics
from tests.unit.render.resources import bot, rendered
from tools import packages

PODS = 'namespace="ops",pod="ritsuko-5d8c-{}"'


def rules() -> list[dict[str, Any]]:
    group = rendered(bot(monitoring={"prometheusRule": True}))["PrometheusRule"]["spec"]["groups"][0]
    return group["rules"]


def test_nobody_is_alerted_of_a_bot_that_is_not_meant_to_run_and_an_autoscaler_decides_that() -> None:
    asked: dict[str, Any] = {"prometheusRule": True}
    assert "PrometheusRule" not in rendered(bot(monitoring=asked, replicas=0))
    assert "PrometheusRule" in rendered(bot(monitoring=asked, replicas=0), scaled_to=2)
    assert "PrometheusRule" not in rendered(bot(monitoring=asked, replicas=2), scaled_to=0)
    assert "PrometheusRule" not in rendered(bot(monitoring=asked, suspend=True), scaled_to=2)


def test_every_metric_in_them_is_one_that_the_bot_serves() -> None:
    served = set(re.findall(r"^# TYPE (\w+)", Metrics().text().decode(), re.MULTILINE))
    spoken_of = {name for rule in rules() for name in re.findall(r"ritsuko_bot_\w+", rule["expr"])}
    assert spoken_of
    assert spoken_of <= served


def raised(folder: Path, series: dict[str, str], at: str) -> None:
    """Has promtool look which alerts the series raise; `at` names the one that it must be, or none."""
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "ritsuko-bot", "rules": rules()}]}))
    names = [rule["alert"] for rule in rules()]
    found = next((rule for rule in rules() if rule["alert"] == at), None)
    tests = [{"eval_time": "40m", "alertname": name, "exp_alerts": []} for name in names if name != at]
    if found is not None:
        labels = found["labels"] | ({"server": "logs"} if "$labels.server" in found["annotations"]["summary"] else {})
        told = {key: text.replace("{{ $labels.server }}", "logs") for key, text in found["annotations"].items()}
        expected = [{"exp_labels": labels, "exp_annotations": told}]
        tests.append({"eval_time": "40m", "alertname": at, "exp_alerts": expected})
    inputs = [{"series": name, "values": values} for name, values in series.items()]
    document = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1m",
        "tests": [{"interval": "1m", "input_series": inputs, "alert_rule_test": tests}],
    }
    (folder / "test.yaml").write_text(yaml.safe_dump(document))
    command = [packages.program("promtool"), "test", "rules", "test.yaml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def series(**changed: str) -> dict[str, str]:
    """A bot that answers, with another pod that stands by, a server, and some calls; but for what is changed."""
    holder, standby = PODS.format("abcde"), PODS.format("fghij")
    values = {
        "lease": "1x60",
        "connected": "1x60",
        "refused": "0x60",
        "server": "1x60",
        "ok": "0+10x60",
        "error": "0+1x60",
        "broken": "0x60",
    } | changed
    return {
        f"ritsuko_bot_lease_held{{{holder}}}": values["lease"],
        f"ritsuko_bot_lease_held{{{standby}}}": "0x60",
        f"ritsuko_bot_zulip_connected{{{holder}}}": values["connected"],
        f"ritsuko_bot_zulip_connected{{{standby}}}": "0x60",
        f"ritsuko_bot_config_refused{{{holder}}}": values["refused"],
        f'ritsuko_bot_server_ready{{{holder},server="logs"}}': values["server"],
        f'ritsuko_bot_server_ready{{{holder},server="other"}}': "1x60",
        f'ritsuko_bot_calls_total{{{holder},server="logs",tool="search",outcome="ok"}}': values["ok"],
        f'ritsuko_bot_calls_total{{{holder},server="logs",tool="search",outcome="error"}}': values["error"],
        f'ritsuko_bot_messages_total{{{holder},outcome="broken"}}': values["broken"],
        # another bot in the same namespace, whose name begins alike, is in trouble all the time
        'ritsuko_bot_config_refused{namespace="ops",pod="ritsuko-dev-5d8c-abcde"}': "1x60",
    }


@pytest.mark.prometheus
@pytest.mark.parametrize(
    ("changed", "alert"),
    [
        ({}, ""),
        ({"lease": "0x60"}, "RitsukoBotNotAnswering"),
        ({"connected": "0x60"}, "RitsukoBotDisconnected"),
        ({"refused": "1x60"}, "RitsukoBotConfigRefused"),
        ({"server": "0x60"}, "RitsukoBotServerDown"),
        ({"ok": "0+1x60", "error": "0+10x60"}, "RitsukoBotCallsFail"),
        ({"broken": "0x30 1x30"}, "RitsukoBotAnswersLost"),
    ],
)
def test_each_is_raised_by_its_own_trouble_alone(tmp_path: Path, changed: dict[str, str], alert: str) -> None:
    raised(tmp_path, series(**changed), alert)


@pytest.mark.prometheus
def test_a_bot_without_any_pod_raises_the_one_about_that(tmp_path: Path) -> None:
    raised(tmp_path, {'up{job="x"}': "1x60"}, "RitsukoBotNotAnswering")
