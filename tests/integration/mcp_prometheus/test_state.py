"""Metrics, labels, alerts, rules and targets of a real Prometheus that has something to complain of."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ritsuko_mcp_prometheus.server import build
from ritsuko_mcp_prometheus.settings import PrometheusSettings
from tests.integration.mcp_prometheus.calls import Asking, asking
from tests.integration.mcp_prometheus.conftest import SECRET
from tests.integration.mcp_prometheus.real_prometheus import Prometheus, real_prometheus
from tests.mcp_serving import serving

pytestmark = [pytest.mark.prometheus, pytest.mark.asyncio(loop_scope="module")]

_PATIENCE_SECONDS = 30.0
_SAMPLES = "# TYPE anything gauge\nanything 1 1790000000\n# EOF\n"
_RULES = f"""
groups:
  - name: shop
    rules:
      - alert: JobDown
        expr: up == 0
        labels: {{severity: critical}}
        annotations:
          summary: "{{{{ $labels.job }}}} can't be scraped"
          description: "look at the target"
          runbook_url: https://runbooks.example.com/JobDown
      - alert: Leaking
        expr: vector(7)
        labels: {{severity: warning, api_token: "{SECRET}"}}
        annotations: {{description: "call https://ops:hunter2secret@pager.example.com/?token={SECRET}"}}
      - alert: Watchdog
        expr: vector(1)
        labels: {{severity: none}}
      - alert: SoonFiring
        expr: vector(3)
        for: 1h
        labels: {{severity: info}}
      - alert: NeverFiring
        expr: vector(1) > 2
        labels: {{severity: page}}
  - name: recorded
    rules:
      - record: job:up:sum
        expr: sum by (job) (up)
      - record: broken:ratio
        expr: up / on () up
"""
_JOBS = f"""
  - job_name: guarded
    params: {{token: ["{SECRET}"]}}
    static_configs: [{{targets: ["127.0.0.1:2"], labels: {{password: "{SECRET}", team: shop}}}}]
"""


def _alerts(prometheus: Prometheus) -> list[Any]:
    found: Any = prometheus.get("alerts")
    return found["alerts"]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with real_prometheus(
        tmp_path_factory.mktemp("watched"), _SAMPLES, rules=_RULES, jobs=_JOBS, prefix="/metrics-store"
    ) as running:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while len(_alerts(running)) < 5 or "unknown" in str(running.get("rules")):
            assert time.monotonic() < deadline, _alerts(running)
            time.sleep(0.1)
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(watched: Prometheus) -> AsyncIterator[str]:
    async with serving(build(PrometheusSettings(prometheus_url=watched.url))) as address:
        yield address


async def test_alerts_come_worst_first_with_what_they_mean(address: str, watched: Prometheus) -> None:
    async with asking(address, watched.url) as ask:
        answer = await ask.tool("alerts")
        firing = await ask.tool("alerts", name="jobdown")
        pending = await ask.tool("alerts", state="pending")
    rows = answer["data"]
    assert [row["alert"] for row in rows] == ["JobDown", "JobDown", "Leaking", "SoonFiring", "Watchdog"]
    assert answer["summary"].startswith("4 firing (2 critical, 1 warning, 1 none), 1 pending")
    assert rows[0]["severity"] == "critical"
    assert rows[0]["labels"].startswith("instance=127.0.0.1:")
    assert {row["summary"] for row in firing["data"]} == {"guarded can't be scraped", "nobody can't be scraped"}
    assert {row["description"] for row in firing["data"]} == {"look at the target"}
    assert firing["hints"] == ["Condition of JobDown: up == 0", "Runbook: https://runbooks.example.com/JobDown"]
    assert "firing alerts notify nobody" in firing["warnings"][0]
    assert [row["value"] for row in pending["data"]] == [3]
    assert pending["hints"] == ["Condition of SoonFiring: vector(3) for 1h"]


async def _evaluated_after(ask: Asking, moment: float) -> bool:
    """Whether the rules were evaluated after that moment, and an alert fires."""
    found = (await ask.raw("query", query="timestamp(ALERTS)"))["data"]["result"]
    return any(float(one["value"][1]) > moment for one in found)


async def _until(done: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not await done():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


async def test_a_storm_of_one_alert_does_not_hide_the_others(address: str, watched: Prometheus) -> None:
    async with asking(address, watched.url) as ask:
        stormy = await ask.tool("alerts", limit=4)
        one = await ask.tool("alerts", name="JobDown", limit=1)
    assert [(row["alert"], row["alerts"]) for row in stormy["data"]] == [
        ("JobDown", 2),
        ("Leaking", 1),
        ("SoonFiring", 1),
        ("Watchdog", 1),
    ]
    assert not stormy.get("truncated")
    # What both have in common.
    assert stormy["data"][0]["labels"] == ""
    assert "name=JobDown lists them individually" in stormy["hints"][0]
    assert (one["returned"], one["total"], one["truncated"]) == (1, 2, True)
    assert one["data"][0]["labels"].startswith("instance=127.0.0.1:")


async def test_what_fired_at_another_time_is_known_and_since_when(address: str, watched: Prometheus) -> None:
    began = min(datetime.fromisoformat(one["activeAt"]).timestamp() for one in _alerts(watched))
    moment = began + 2
    async with asking(address, watched.url) as ask:
        await _until(lambda: _evaluated_after(ask, moment))
        then = await ask.tool("alerts", at=moment)
        before = await ask.tool("alerts", at=began - 86400)
        pending = await ask.tool("alerts", at=moment, state="pending")
        ahead = await ask.tool("alerts", fails=True, at="+1h")
    raw: Any = watched.get("query", query="ALERTS", time=moment)
    assert sorted(row["alert"] for row in then["data"]) == sorted(one["metric"]["alertname"] for one in raw["result"])
    assert {row["for"] for row in then["data"]} <= {"0s", "1s", "2s"}
    assert then["summary"].startswith("At 20")
    assert {row["state"] for row in pending["data"]} == {"pending"}
    assert "notify nobody" not in str(then)
    assert before["summary"].startswith("There is no data at")
    assert "in the future" in ahead["summary"]


async def test_a_configuration_that_was_not_taken_and_dropped_targets_are_told(tmp_path: Path) -> None:
    jobs = """
  - job_name: left-out
    static_configs: [{targets: ["127.0.0.1:3"], labels: {team: shop, password: hunter2secret, __meta_note: annotated}}]
    relabel_configs: [{source_labels: [team], regex: shop, action: drop}]
alerting: {alertmanagers: [{static_configs: [{targets: ["127.0.0.1:4"]}]}]}
"""
    rules = "groups: [{name: one, rules: [{alert: Always, expr: vector(1)}]}]"
    with real_prometheus(tmp_path, _SAMPLES, rules=rules, jobs=jobs) as prometheus:
        async with (
            serving(build(PrometheusSettings(prometheus_url=prometheus.url))) as address,
            asking(address, prometheus.url) as ask,
        ):
            before = await ask.tool("targets")
            await _until(lambda: _evaluated_after(ask, 0))
            alerts = await ask.tool("alerts")
            dropped = await ask.tool("targets", state="dropped")
            named = await ask.tool("targets", name="team=shop")
            guesses = [
                await ask.tool("targets", name=guess, state="dropped") for guess in ("hunter2secret", "annotated")
            ]
            (tmp_path / "rules.yml").write_text("groups: nonsense", encoding="utf-8")
            await ask.http.post("/-/reload")
            after = [await ask.tool(tool) for tool in ("targets", "rules")]
    assert before.get("warnings", []) == alerts.get("warnings", []) == []
    assert dropped["summary"] == "1 target dropped by relabelling."
    (row,) = dropped["data"]
    assert (row["job"], row["address"]) == ("left-out", "127.0.0.1:3")
    assert "team=shop" in row["labels"]
    # What is not told is not looked for: an answer would tell a guess from a miss.
    assert [guessed["data"] for guessed in guesses] == [[], []]
    assert "hunter2secret" not in str(dropped)
    assert "annotated" not in str(dropped)
    assert any("Relabelling dropped 1 matching target: see state=dropped" in hint for hint in named["hints"])
    for answer in after:
        assert "the last configuration reload failed" in answer["warnings"][0]


async def test_an_alert_that_does_not_fire_is_told_from_one_that_does_not_exist(
    address: str, watched: Prometheus
) -> None:
    async with asking(address, watched.url) as ask:
        quiet = await ask.tool("alerts", name="NeverFiring")
        misspelt = await ask.tool("alerts", name="NevrFiring")
    assert "condition is not met: vector(1) > 2" in quiet["hints"][0]
    assert "Did you mean NeverFiring" in misspelt["hints"][0]


async def test_rules_with_errors_come_first(address: str, watched: Prometheus) -> None:
    async with asking(address, watched.url) as ask:
        answer = await ask.tool("rules")
        recording = await ask.tool("rules", type="recording")
        firing = await ask.tool("rules", state="firing")
        pending = await ask.tool("rules", state="pending")
        one = await ask.tool("rules", name="JobDown")
        named = await ask.tool("rules", name="job:up")
        misspelt = await ask.tool("rules", name="brokn")
    assert answer["summary"] == "7 rules in 2 groups, 1 of them failing."
    first = answer["data"][0]
    assert (first["rule"], first["health"], first["query"]) == ("broken:ratio", "err", "up / on () up")
    assert "duplicate series" in first["error"]
    assert list(first)[:3] == ["rule", "health", "error"]
    assert "error" not in firing["data"][0]
    assert {row["rule"]: row["labels"] for row in firing["data"]}["JobDown"] == "severity=critical"
    assert {row["rule"]: row["for"] for row in pending["data"]} == {"SoonFiring": "1h"}
    assert "runbook_url: https://runbooks.example.com/JobDown" in one["hints"]
    assert {row["rule"] for row in recording["data"]} == {"job:up:sum", "broken:ratio"}
    assert {row["rule"] for row in firing["data"]} == {"JobDown", "Leaking", "Watchdog"}
    assert [row["query"] for row in named["data"]] == ["sum by (job) (up)"]
    assert misspelt["hints"] == ["Did you mean broken:ratio?"]


async def test_targets_that_are_down_come_first_with_the_reason(address: str, watched: Prometheus) -> None:
    async with asking(address, watched.url) as ask:
        answer = await ask.tool("targets")
        up = await ask.tool("targets", state="up")
        elsewhere = await ask.tool("targets", name="promethues")
    assert answer["summary"] == "3 targets in 3 jobs: 2 down, 1 up; down: 1 of guarded, 1 of nobody."
    assert [(row["job"], row["health"]) for row in answer["data"]] == [
        ("guarded", "down"),
        ("nobody", "down"),
        ("prometheus", "up"),
    ]
    assert "connection refused" in answer["data"][0]["error"]
    assert answer["data"][0]["url"] == "http://127.0.0.1:2/metrics"
    assert [row["job"] for row in up["data"]] == ["prometheus"]
    assert "Did you mean prometheus" in elsewhere["hints"][0]


async def test_a_label_can_be_typed_as_the_table_shows_it(address: str, watched: Prometheus) -> None:
    async with asking(address, watched.url) as ask:
        found = await ask.tool("targets", name="team=shop")
        worst = await ask.tool("alerts", name="severity=critical")
        guessed = await ask.tool("targets", name=f"password={SECRET}")
        part = await ask.tool("targets", name=SECRET[:8])
    assert [row["job"] for row in found["data"]] == ["guarded"]
    assert {row["alert"] for row in worst["data"]} == {"JobDown"}
    assert guessed["data"] == part["data"] == []


async def test_values_of_a_secret_label_are_counted_and_not_listed(address: str, watched: Prometheus) -> None:
    async with asking(address, watched.url) as ask:
        listed = await ask.tool("labels", name="password")
        guessed = await ask.tool("labels", name="password", contains=SECRET[:8])
        missed = await ask.tool("labels", name="password", contains="nothing like it")
    assert listed["data"] == []
    assert listed["summary"] == "1 value of password, not listed: the label name suggests secrets."
    assert guessed["summary"] == missed["summary"] == listed["summary"]


async def test_no_secret_of_a_rule_or_a_target_comes_out(address: str, watched: Prometheus) -> None:
    assert SECRET in str([watched.get("alerts"), watched.get("targets")])
    calls = [
        ("alerts", {}),
        ("rules", {}),
        ("targets", {}),
        ("query", {"query": "up"}),
        ("query_range", {"query": "up", "start": "-1m"}),
        ("query", {"query": "ALERTS"}),
        ("describe", {"metric": "ALERTS"}),
        ("describe", {"metric": "up"}),
        ("labels", {}),
        ("labels", {"name": "password"}),
        ("labels", {"name": "api_token", "match": "ALERTS"}),
        ("explain", {"query": f'up{{password="{SECRET}"}}'}),
        ("explain", {"query": f'up{{password="{SECRET[:-1]}"}}'}),
        ("search", {"text": SECRET}),
    ]
    async with asking(address, watched.url) as ask:
        for tool, arguments in calls:
            answer = await ask.tool(tool, **arguments)
            assert SECRET not in str(answer), tool
            assert SECRET[4:-1] not in str(answer), tool
            assert "hunter2secret" not in str(answer), tool
        failed = await ask.tool("explain", fails=True, query=f'up{{password="{SECRET}"')
    assert SECRET[4:] not in str(failed)


async def test_metrics_are_found_by_words_with_their_type_and_help(address: str, watched: Prometheus) -> None:
    async with asking(address, watched.url) as ask:
        answer = await ask.tool("search", text="request duration")
        by_help = await ask.tool("search", text="goroutines exist")
        counters = await ask.tool("search", type="counter", limit=1000)
        nothing = await ask.tool("search", text="htttp request")
        misspelt = await ask.tool("search", text="requets")
        first = await ask.tool("search", limit=10)
        second = await ask.tool("search", limit=10, cursor=first["next_cursor"])
    metadata: Any = watched.get("metadata")
    row = answer["data"][0]
    assert (row["metric"], row["type"], row["unit"]) == (
        "prometheus_http_request_duration_seconds",
        "histogram",
        "seconds",
    )
    assert row["help"] == metadata["prometheus_http_request_duration_seconds"][0]["help"]
    assert row["series"] >= 1
    assert [row["metric"] for row in by_help["data"]] == ["go_goroutines"]
    assert {row["type"] for row in counters["data"]} <= {"counter", "counter (guessed)"}
    assert nothing["data"] == []
    assert "prometheus_http_requests_total" in str(nothing["hints"])
    assert "_requests_" in str(misspelt["hints"])
    names = [row["metric"] for row in [*first["data"], *second["data"]]]
    assert names == sorted(set(names))
    assert len(names) == 20


@pytest.mark.parametrize(
    ("metric", "told", "suggested"),
    [
        ("go_goroutines", "go_goroutines is a gauge: Number of goroutines", "go_goroutines"),
        (
            "prometheus_http_request_duration_seconds",
            "is a histogram in seconds",
            "histogram_quantile(0.95, sum by (le",
        ),
        ("prometheus_http_request_duration_seconds_bucket", "is a histogram in seconds", "histogram_quantile"),
        ("go_gc_duration_seconds", "is a summary in seconds", "rate(go_gc_duration_seconds_sum[5m]) / rate("),
        ("prometheus_http_requests_total", "is a counter: Counter of HTTP requests.", "(rate(prometheus_http_"),
        ("anything", "anything is a gauge (guessed). 0 series", "anything"),
    ],
)
async def test_a_metric_is_described_with_a_query_that_works(
    address: str, watched: Prometheus, metric: str, told: str, suggested: str
) -> None:
    async with asking(address, watched.url) as ask:
        answer = await ask.tool("describe", metric=metric)
        query = next(hint for hint in answer["hints"] if hint.startswith("Try: ")).removeprefix("Try: ")
        raw = await ask.raw("query", query=query)
    assert told in answer["summary"]
    assert suggested in query
    assert raw["status"] == "success"
    assert bool(raw["data"]["result"]) == (metric != "anything")
    if metric == "prometheus_http_requests_total":
        handlers = next(row for row in answer["data"] if row["label"] == "handler")
        found = watched.get("label/handler/values", **{"match[]": metric})
        assert handlers["values"] >= len(found) - 5
        assert handlers["values"] <= len(found)
        assert any(hint.startswith("Example: prometheus_http_requests_total{") for hint in answer["hints"])


async def test_a_histogram_is_described_with_its_bounds_and_a_count_that_is_no_time(
    address: str, watched: Prometheus
) -> None:
    async with asking(address, watched.url) as ask:
        answer = await ask.tool("describe", metric="prometheus_http_request_duration_seconds")
    found: Any = watched.get("label/le/values", **{"match[]": "prometheus_http_request_duration_seconds_bucket"})
    (bounds,) = [row for row in answer["data"] if row["label"] == "le"]
    assert bounds["values"] == len(found)
    assert bounds["examples"] == ", ".join(sorted(found, key=float))
    (example,) = [hint for hint in answer["hints"] if hint.startswith("Example: ")]
    assert "_count{" in example
    assert example.rpartition(" = ")[2].replace(",", "").isdigit()


async def test_a_recorded_metric_is_described_with_its_rule(address: str, watched: Prometheus) -> None:
    async with asking(address, watched.url) as ask:
        recorded = await ask.tool("describe", metric="job:up:sum")
        scraped = await ask.tool("describe", metric="up")
    assert "Recorded by a rule: sum by (job) (up)" in recorded["hints"]
    assert "Recorded" not in str(scraped)
    assert " 3 series at " in scraped["summary"]


async def test_a_service_looked_for_among_metrics_is_found_among_labels(address: str, watched: Prometheus) -> None:
    async with asking(address, watched.url) as ask:
        answer = await ask.tool("search", text="guard is slow")
        short = await ask.tool("search", text="xq")
    assert answer["data"] == []
    assert answer["hints"][0] == "Services: guarded. Use performance guarded to check one."
    assert "performance" not in str(short["hints"])
    assert "for is" not in str(answer["hints"])


async def test_where_most_series_are_is_as_prometheus_counts_them(address: str, watched: Prometheus) -> None:
    async with asking(address, watched.url) as ask:
        answer = await ask.tool("search", sort="series", limit=5)
        refused = await ask.tool("search", fails=True, sort="series", text="up")
    raw: Any = watched.get("status/tsdb", limit=5)
    assert [row["metric"] for row in answer["data"]] == [one["name"] for one in raw["seriesCountByMetricName"][:5]]
    assert answer["data"][0]["series"] == pytest.approx(raw["seriesCountByMetricName"][0]["value"], rel=0.1)
    assert answer["data"][0]["metric"] in answer["summary"]
    assert any(hint.startswith("Labels with the most values: ") for hint in answer["hints"])
    assert "Retention: 10y." in answer["hints"]
    assert "Omit text and type" in refused["text"]


async def test_a_metric_that_does_not_exist_is_answered_with_the_nearest(address: str, watched: Prometheus) -> None:
    async with asking(address, watched.url) as ask:
        answer = await ask.tool("describe", fails=True, metric="go_gorutines")
    assert "no metric named" in answer["summary"]
    assert "go_goroutines" in answer["hints"][0]


async def test_labels_and_their_values(address: str, watched: Prometheus) -> None:
    async with asking(address, watched.url) as ask:
        names = await ask.tool("labels", match="up")
        values = await ask.tool("labels", name="job")
        counted = await ask.tool("labels", name="job", match="up")
        containing = await ask.tool("labels", name="job", contains="OBOD")
        misspelt = await ask.tool("labels", name="jbo")
        nowhere = await ask.tool("labels", name="job", match="no_such_metric")
        broken = await ask.tool("labels", fails=True, match="up{")
    assert [row["label"] for row in names["data"]] == ["__name__", "instance", "job", "password", "team"]
    assert next(row for row in names["data"] if row["label"] == "job")["values"] == 3
    assert [row["job"] for row in values["data"]] == ["guarded", "nobody", "prometheus"]
    assert counted["data"][0]["series"] == 1
    assert [row["job"] for row in containing["data"]] == ["nobody"]
    assert "Did you mean job" in misspelt["hints"][0]
    assert "No series match no_such_metric" in nowhere["summary"]
    assert "line 1, column 4" in broken["summary"]


async def test_metrics_with_labels_of_their_own_fit_beside_each_other(address: str, watched: Prometheus) -> None:
    query = '{job=~".+",__name__=~"up|go_.*|prometheus_.*"}'
    async with asking(address, watched.url) as ask:
        found = [await ask.tool(tool, query=query, limit=1000) for tool in ("query", "query_range")]
        secret = await ask.tool("query", query=f'{query} == 0 and on (job) up{{team="shop"}}', limit=1000)
    for answer in found:
        assert list(answer["data"][0])[:2] == ["metric", "labels"]
    assert [answer["returned"] > least for answer, least in zip(found, (60, 40), strict=True)] == [True, True]
    assert all("instance=" in row["labels"] for answer in found for row in answer["data"])
    assert SECRET not in str([*found, secret])


async def test_calls_at_once_do_not_mix_their_answers(address: str, watched: Prometheus) -> None:
    async with asking(address, watched.url) as ask:
        answers = await asyncio.gather(*(ask.tool("query", query=f"vector({number})") for number in range(30)))
    assert [answer["data"] for answer in answers] == [[{"value": number}] for number in range(30)]


@pytest.mark.parametrize(
    ("query", "warning", "hint"),
    [
        ("sum(upp)", "there is no metric upp", "Nearest: up"),
        ('up{jbo="nobody"}', "up has no label jbo", "Did you mean job?"),
        ('up{job="nobdy"}', "up has no job 'nobdy'", "Did you mean nobody?"),
        ("sum by (jbo) (up)", "up has no label jbo to group by", "Did you mean job?"),
        ("up * on (jbo) up", "up has no label jbo to match on", "Did you mean job?"),
        ("up * on (job) group_left (taem) up", "up has no label taem to copy with group_left", "Did you mean team?"),
        ("rate(go_gc_duration_seconds_count[1ms])", "[1ms] contains 0 of go_gc_duration_seconds_count", "about [1m]"),
        ("rate(go_gc_duration_seconds_count[2s])", "one failed scrape leaves a gap", "about [1m]"),
        ("rate(go_goroutines[1m])", "go_goroutines is a gauge", "deriv(go_goroutines[...])"),
        ("prometheus_http_requests_total", "prometheus_http_requests_total is a counter", "rate("),
    ],
)
async def test_explain_looks_names_values_and_ranges_up(
    address: str, watched: Prometheus, query: str, warning: str, hint: str
) -> None:
    async with asking(address, watched.url) as ask:
        answer = await ask.tool("explain", query=query)
    assert warning in " ".join(answer["warnings"])
    assert hint in " ".join(answer["hints"])
    assert "likely mistake" in answer["summary"]


@pytest.mark.parametrize(
    "query",
    [
        'sum by (job) (up{job="nobody"})',
        'sum by (made) (label_replace(up, "made", "$1", "job", "(.*)"))',
        'count by (value) (count_values("value", up))',
        'up{team=""}',
        "up * on (job, instance) group_left (team) up",
        'label_replace(up, "made", "", "", "") * on (made) group_left () label_replace(up, "made", "", "", "")',
        "max_over_time(rate(go_gc_duration_seconds_count[1m])[1h:1m])",
        "absent(up)",
        "vector(1)",
    ],
)
async def test_explain_finds_nothing_where_nothing_is(address: str, watched: Prometheus, query: str) -> None:
    async with asking(address, watched.url) as ask:
        answer = await ask.tool("explain", query=query)
    assert answer["warnings"] == []
    assert answer["summary"].endswith((". No mistakes found.", ". No mistakes found, and all names exist."))
