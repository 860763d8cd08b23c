"""What is OpenSearch's own: it finds words and not texts, keeps times to the millisecond, and answers in pages."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import Any

import pytest
from aiohttp import web

from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_logs.lines.line import Line
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.search.matcher import Matcher
from ritsuko_mcp_logs.sources.coverage import Coverage
from ritsuko_mcp_logs.sources.opensearch.mapping import Layout
from ritsuko_mcp_logs.sources.opensearch.store import OpenSearch as Source
from ritsuko_mcp_logs.sources.store_client import StoreEndpoint
from tests.cluster.opensearch import OpenSearch
from tests.integration.mcp_logs.conftest import _TENANTS, asking
from tests.integration.mcp_logs.stores import FILEBEAT, FLUENT_BIT, START, Entry, FilledOpenSearch, Shape
from tests.integration.mcp_logs.test_broken_stores import backend

WINDOW = {"namespace": "shop", "since": format_time(START), "until": format_time(START + 3600)}
WHOLE = Shape(
    {"properties": {"@timestamp": {"type": "date"}, "log": {"type": "keyword", "ignore_above": 60}}},
    FLUENT_BIT.document,
)
"""A text is kept whole, and not at all if it is long."""
STOPPED = Shape(
    {"properties": {"@timestamp": {"type": "date"}, "log": {"type": "text", "analyzer": "stop"}}}, FLUENT_BIT.document
)
"""Of a text only words of letters are kept, and of these not all."""
real = pytest.mark.opensearch

TEXTS = [
    "GET https://shop.example.com:8443/api/v1/orders?id=42&user=ann_b HTTP/1.1 200 0.023s",
    "java.lang.IllegalStateException: order 4f1c2ab9 isn't OPEN at com.shop.Order$Inner.pay(Order.java:117)",
    '{"level":"error","msg":"cannot connect","peer":"10.0.0.1:5432","took":1.50,"path":"a\\\\b"}',
    'level=warn ts=2026-09-21T14:13:20.000Z caller=main.go:7 msg="slow query" took=1,024ms rows=1_000',
    "E0921 14:13:23.000000       1 reflector.go:178] watch of *v1.Pod ended with: too old resource version",
    "[ERROR] größe überschritten: 12€ für İstanbul/Ångström, naïve café – ende",
    "日本語のログ error です 接続timeout失敗 한국어 ไทย",
    "don't can't we'll user's O'Neil",
    "snake_case camelCase SCREAMING_CASE kebab-case dotted.name.here a:b:c 1.2.3.4 x..y a__b",
    f"token eyJ{'aB3dE5gH7' * 60} and after it",
    f"{'x' * 250}needle{'y' * 250}",
    "\x1b[31mWARN\x1b[0m coloured\twith tab  and  double blanks",
    '{"level":50,"time":1531171074631,"msg":"by a number"}',
    '{ "level": 60 }',
    "03:04:05 [\x1b[31mE\x1b[0m] by a letter",
    "E/Tag: by a letter",
    '100% $HOME `cmd` *star* ?mark? \\d+ (paren) [x] {y} <z> a&b~c#d@e "quoted"',
    "e\u0301te\u0301 combining zero\u200bwidth soft\u00adhyphen emoji👩‍💻x1",
    'Traceback (most recent call last):\n  File "app.py", line 7, in pay\nValueError: fatal flaw\n',
    "",
    "kurz ÄÖÜ",
    "fatalistic prefixed-error terror=1 errors",
]


@pytest.fixture
async def source(
    request: pytest.FixtureRequest, real_opensearch: OpenSearch
) -> AsyncIterator[Callable[..., tuple[FilledOpenSearch, Source]]]:
    """Makes indices of a shape, and a source that reads them."""
    made: list[Source] = []

    def make(shape: Shape, **settings: Any) -> tuple[FilledOpenSearch, Source]:
        store = FilledOpenSearch(real_opensearch, next(_TENANTS), shape)
        made.append(_source(real_opensearch.url, f"{store.index}-*", **settings))
        return store, made[-1]

    yield make
    for one in made:
        await one.aclose()


def _source(url: str, index: str, **settings: Any) -> Source:
    async def own() -> str:
        return "shop"

    access = StoreEndpoint(product="OpenSearch", variable="OPENSEARCH", url=url, part="INDEX")
    layout = Layout(index=index, time="@timestamp")
    return Source(access, own, layout, **{"seconds": 30.0, "max_bytes": 2**26, **settings})


async def read(source: Source, **wanted: Any) -> list[Line]:
    """The lines that a query wants, in the order in which they come."""
    query = Query(**{"since": START, "until": START + 3600, "namespace": "shop", "order": "oldest", **wanted})
    matcher = Matcher(query)
    async with aclosing(source.read(query, Coverage())) as batches:
        return [line async for batch in batches for _, _, line in matcher.find(batch)]


def wanted_of(texts: Sequence[str], **wanted: Any) -> list[str]:
    """What a search of all lines finds."""
    matcher = Matcher(Query(since=START, until=START + 3600, **wanted))
    lines = [line for text in texts for line in text.rstrip("\n").split("\n")]
    return sorted(line for line in lines if matcher.matches(Line(None, b"", line.encode())))  # type: ignore[arg-type]


@real
@pytest.mark.parametrize("shape", [FLUENT_BIT, FILEBEAT, WHOLE, STOPPED], ids=["words", "Filebeat", "whole", "stopped"])
async def test_no_line_with_a_text_is_missed(
    source: Callable[..., tuple[FilledOpenSearch, Source]], shape: Shape
) -> None:
    """Every part of every text is looked for, at random."""
    choose = random.Random(11)
    store, opensearch = source(shape)
    store.push(Entry(index / 100, text) for index, text in enumerate(TEXTS))
    needles = [
        "needle",
        "xneedley",
        "timeout",
        "aB3dE5gH7aB",
        "error",
        "e",
        " ",
        "1,024",
        "\\d+",
        "GRÖSSE",
        "größe",
        "z äöü",
    ]
    for text in TEXTS:
        for line in filter(None, text.split("\n")):
            for _ in range(9):
                begin = choose.randrange(len(line))
                needles.append(line[begin : begin + choose.choice([1, 2, 3, 5, 8, 13, 40])])

    async def check(**wanted: Any) -> None:
        found = sorted(line.raw.decode() for line in await read(opensearch, **wanted))
        assert found == wanted_of(TEXTS, **wanted), wanted

    slots = asyncio.Semaphore(8)

    async def bounded(**wanted: Any) -> None:
        async with slots:
            await check(**wanted)

    expressions = [
        r"took[=:\"]+\d",
        r"shop\.example\.(com|org)",
        r"^\s*File .*line 7",
        r"o{1,2}r?der",
        r"(?i)ERROR|warn",
    ]
    await asyncio.gather(
        *(bounded(text=text, case_sensitive=choose.random() < 0.3) for text in dict.fromkeys(needles)),
        *(bounded(text=text, regex=True) for text in expressions),
        *(bounded(level=level) for level in ("debug", "info", "warn", "error", "fatal")),
        *(bounded(fields=(pair,)) for pair in (("took", "1.50"), ("level", "warn"), ("peer", "10.0.0.1:5432"))),
    )


@real
async def test_a_level_that_is_kept_as_a_number(source: Callable[..., tuple[FilledOpenSearch, Source]]) -> None:
    store, opensearch = source(Shape({"properties": {"level": {"type": "long"}}}, FLUENT_BIT.document))
    store.push([Entry(index, "pino", fields={"level": str(level)}) for index, level in enumerate((30, 40, 50, 60))])
    query = Query(since=START, until=START + 3600, namespace="shop", level="error")
    async with aclosing(opensearch.read(query, Coverage())) as batches:
        assert sum([batch.count async for batch in batches]) == 2


@real
async def test_what_is_not_wanted_is_left_where_it_is(source: Callable[..., tuple[FilledOpenSearch, Source]]) -> None:
    store, opensearch = source(FLUENT_BIT)
    store.push([Entry(0, "a timeout"), *(Entry(1 + index, "level=info nothing of note") for index in range(50))])
    for wanted in (
        {"text": "imeou"},
        {"text": r"time\w+", "regex": True},
        {"level": "error"},
        {"fields": (("a", "timeout"),)},
    ):
        coverage = Coverage()
        query = Query(since=START, until=START + 3600, namespace="shop", **wanted)  # type: ignore[arg-type]
        async with aclosing(opensearch.read(query, coverage)) as batches:
            assert [batch.count async for batch in batches] in ([1], [])
        assert coverage.lines <= 1, wanted


@real
@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("shape", [FLUENT_BIT, FILEBEAT], ids=["milliseconds", "nanoseconds"])
async def test_pages_of_crowded_moments_give_every_line_once(
    source: Callable[..., tuple[FilledOpenSearch, Source]], order: str, shape: Shape
) -> None:
    store, opensearch = source(shape, page=7)
    entries = [Entry(index // 60 / 1000 + index % 60 / 1e6, f"line {index:03}") for index in range(300)]
    shuffled = random.Random(3).sample(entries, len(entries))
    store.push(shuffled)
    for _ in range(4):  # which shard answers first is chance
        lines = [line.text for line in await read(opensearch, order=order)]
        assert sorted(lines) == [entry.text for entry in entries]
    few = [line.text for line in await read(opensearch, order=order, limit=70)]
    expected = [entry.text for entry in entries]
    assert sorted(few) == sorted(expected[-70:] if order == "newest" else expected[:70])


@real
async def test_lines_of_one_millisecond_are_in_the_order_written(
    source: Callable[..., tuple[FilledOpenSearch, Source]],
) -> None:
    store, _ = source(FLUENT_BIT)
    trace = ["Traceback:", "  in z", "  in a", "ValueError: bad"]
    store.push(Entry(5 + index / 1e6, text) for index, text in enumerate(trace))
    async with asking(**store.settings) as ask:
        answer = await ask("search", text="in a", context=3, **WINDOW)
        part = await ask(
            "search", order="oldest", namespace="shop", since=format_time(START), until="2026-09-21T14:13:25.000002Z"
        )
    assert [row["text"] for row in answer["data"]] == trace
    assert [row["text"] for row in part["data"]] == trace[:2]
    assert "Found 2 lines in 2 lines" in part["summary"]


@real
async def test_a_cluster_that_allows_small_pages_and_an_answer_that_is_too_large(
    source: Callable[..., tuple[FilledOpenSearch, Source]], real_opensearch: OpenSearch
) -> None:
    store, opensearch = source(FLUENT_BIT, max_bytes=2**20)
    real_opensearch.settings(f"{store.index}-a", {"index.max_result_window": 900})
    store.push(Entry(index, f"{index} {'long ' * 1000}") for index in range(1_000))
    assert len(await read(opensearch)) == 1_000


@real
async def test_documents_that_no_usual_collector_makes(real_opensearch: OpenSearch) -> None:
    index = f"logs-{next(_TENANTS)}"
    entries = [
        {"@timestamp": "2026-09-21T14:13:21Z", "event": {"action": "login"}, "host": {"name": "node-1"}, "took": 7},
        {"@timestamp": "2026-09-21T14:13:22Z", "text": "it failed", "where": {"ns": "shop", "who": "web-1"}},
        {"when": "2026-09-21T14:13:23Z", "text": "later", "where": {"ns": "shop", "who": "web-1"}},
    ]
    real_opensearch.push(f"{index}-a", entries)
    own = {"opensearch_url": real_opensearch.url, "opensearch_index": f"{index}-*"}
    window = {"since": format_time(START), "until": format_time(START + 60)}
    named = {"message": "text", "namespace": "where.ns", "pod": "where.who"}
    async with asking(**own, **{f"opensearch_{what}_field": name for what, name in named.items()}) as ask:
        found = await ask("search", text="failed", pod="web", **{**WINDOW, **window})
        unsaid = await ask("search", text="login", context=1, namespace="*", **window)
        numbers = await ask("search", fields="took=7", namespace="*", **window)
        by_pod = await ask("histogram", by="pod", **{**WINDOW, **window})
    async with asking(**own, opensearch_time_field="nope") as ask:
        no_time = await ask("search", fails=True, **window)
    async with asking(**own, opensearch_time_field="when") as ask:
        later = await ask("search", text="later", **window)
    assert [(row["pod"], row["text"]) for row in found["data"]] == [("web-1", "it failed")]
    assert '"action":"login"' in unsaid["data"][0]["text"]
    assert "node-1" in unsaid["data"][0]["pod"]
    assert len(numbers["data"]) == 1
    assert by_pod["data"][0]["pod"] == "web-1"
    assert "have no timestamp in field nope" in no_time["text"]
    assert "@timestamp, when" in no_time["text"]
    assert len(later["data"]) == 1


@real
async def test_names_that_are_kept_as_words_are_not_guessed_from(
    source: Callable[..., tuple[FilledOpenSearch, Source]],
) -> None:
    words = {"pod_name": {"type": "text"}}
    mappings = {"properties": {"@timestamp": {"type": "date"}, "kubernetes": {"properties": words}}}
    store, _ = source(Shape(mappings, FLUENT_BIT.document))
    store.push([Entry(0, "x")])
    async with asking(**store.settings) as ask:
        answer = await ask("search", pod="web", fails=True, **WINDOW)
        without = await ask("search", **WINDOW)
    assert "the field kubernetes.pod_name has no keyword type in OpenSearch" in answer["text"]
    assert "OPENSEARCH_POD_FIELD" in answer["text"]
    assert len(without["data"]) == 1


@real
async def test_an_index_that_is_not_there_is_said(real_opensearch: OpenSearch) -> None:
    for index in ("nowhere", "nowhere-*"):
        async with asking(opensearch_url=real_opensearch.url, opensearch_index=index) as ask:
            answer = await ask("search", text="x", fails=True)
            sources = await ask("sources")
        assert f"has no index {index}" in answer["text"]
        assert "OPENSEARCH_INDEX" in answer["text"]
        assert sources["data"][0]["state"] == "does not answer"


@real
async def test_it_counts_by_pod_whatever_the_collector_calls_it(
    source: Callable[..., tuple[FilledOpenSearch, Source]],
) -> None:
    store, opensearch = source(FILEBEAT)
    store.push([Entry(0, "x"), Entry(1, "x", pod="web-2"), Entry(61, "x")])
    minutes = await opensearch.histogram(Query(since=START, until=START + 120, namespace="shop"), 60.0, "pod")
    begun = START // 60 * 60
    assert minutes == {"web-1": {begun: 1, begun + 60: 1}, "web-2": {begun: 1}}


@real
async def test_sources_names_the_version(source: Callable[..., tuple[FilledOpenSearch, Source]]) -> None:
    _, opensearch = source(FLUENT_BIT)
    assert (await opensearch.check()).startswith("OpenSearch 2.19.6 at http://127.0.0.1:")


MAPPED = {"indices": ["logs-a"], "fields": {"@timestamp": {"date": {"searchable": True, "aggregatable": True}}}}


async def test_elasticsearch_is_called_so_and_is_only_read_from() -> None:
    asked: list[tuple[str, str, str]] = []

    async def elasticsearch(request: web.Request) -> web.Response:
        asked.append((request.method, request.path, request.content_type))
        if request.path == "/":
            return web.json_response({"version": {"number": "8.15.0", "build_flavor": "default"}})
        return web.json_response(MAPPED)

    async with backend(elasticsearch) as url:
        source = _source(url, "logs-*,-logs-audit")
        assert await source.check() == f"Elasticsearch 8.15.0 at {url}"
        await source.aclose()
    assert asked == [
        ("GET", "/logs-*,-logs-audit/_field_caps", "application/json"),
        ("GET", "/", "application/octet-stream"),
    ]


async def test_pages_before_one_that_fails_are_shown() -> None:
    asked: list[web.Request] = []

    async def failing(request: web.Request) -> web.Response:
        asked.append(request)
        if request.path.endswith("_field_caps"):
            return web.json_response(MAPPED)
        question = json.loads(await request.read())
        if "search_after" in question:
            reason = {"type": "circuit_breaking_exception", "reason": "[parent] Data too large"}
            return web.json_response({"error": {"root_cause": [reason], **reason}, "status": 503}, status=503)
        if "aggs" in question:
            key = {"_index": "logs-a"}
            return web.json_response({"aggregations": {"counted": {"buckets": [{"key": key, "doc_count": 9}]}}})
        hits = [
            {
                "_index": "logs-a",
                "_id": str(number),
                "_source": {"log": f"level=error {number}"},
                "sort": [START * 1000 + number, number],
            }
            for number in range(question["size"])
        ]
        return web.json_response({"hits": {"hits": hits}})

    async with backend(failing) as url, asking(opensearch_url=url) as ask:
        answer = await ask("search", level="error", since=format_time(START), until=format_time(START + 3600), limit=3)
    assert "level=error" in answer["data"][0]["text"]
    assert "circuit_breaking_exception: [parent] Data too large" in answer["warnings"][0]
    whole = [one.query["allow_partial_search_results"] for one in asked if one.path.endswith("_search")]
    assert set(whole) == {"false"}


async def test_a_proxy_that_drops_the_question_is_told_of() -> None:
    """What is answered then is anything."""

    async def without_body(request: web.Request) -> web.Response:
        if request.path.endswith("_field_caps"):
            return web.json_response(MAPPED)
        hits = [{"_index": "logs-a", "_id": "1", "_source": {"log": "x"}}]
        return web.json_response({"hits": {"hits": hits}})

    async with backend(without_body) as url, asking(opensearch_url=url) as ask:
        for arguments in ({"text": "x"}, {}):
            answer = await ask("search", fails=True, **arguments)
            assert "unexpected response" in answer["text"]
            assert "proxy" in answer["text"]


async def test_a_reader_who_goes_away_ends_the_search() -> None:
    """Both cancel a search whose connection is closed: so it must be."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def dawdle(request: web.Request) -> web.Response:
        if request.path.endswith("_field_caps"):
            return web.json_response(MAPPED)
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    async with backend(dawdle) as url:
        source = _source(url, "logs-*")
        reading = asyncio.create_task(read(source, namespace="*"))
        async with asyncio.timeout(10):
            await begun.wait()
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            await ended.wait()
        await source.aclose()
