"""The part of Loki's HTTP API that a reader needs, answering as its reference describes.

https://grafana.com/docs/loki/latest/reference/loki-http-api/
Of LogQL it knows what these tests ask: a selector, line filters, and counts over time. Anything else is refused, as
Loki would refuse what it can't parse.
"""

import json
import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

_MATCHER = re.compile(r'\s*([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*")\s*(?:,|$)')
_FILTER = re.compile(r'\s*(\|=|\|~|!=|!~)\s*("(?:[^"\\]|\\.)*")')
_COUNT = re.compile(r"count_over_time\((.*)\[(\d+)ms\]\)", re.DOTALL)
_BY = re.compile(r"sum by \(([\w, ]+)\) \((.*)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line with the labels of its stream and what is kept beside it."""

    labels: dict[str, str]
    nanoseconds: int
    line: str
    metadata: dict[str, str]


@dataclass(slots=True)
class FakeLoki:
    """Fill it with `push`; look at `requests` afterwards."""

    entries: list[Entry] = field(default_factory=list[Entry])
    requests: list[web.BaseRequest] = field(default_factory=list[web.BaseRequest])
    max_entries: int = 5000
    url: str = ""

    def push(self, labels: dict[str, str], nanoseconds: int, line: str, **metadata: str) -> None:
        self.entries.append(Entry(labels, nanoseconds, line, metadata))

    async def _labels(self, request: web.Request) -> web.Response:
        names = sorted({name for entry in self._between(request) for name in entry.labels})
        return web.json_response({"status": "success", "data": names})

    async def _values(self, request: web.Request) -> web.Response:
        wanted = _filtered(request.query["query"])
        name = request.match_info["name"]
        values = sorted(
            {entry.labels[name] for entry in self._between(request) if wanted(entry) and name in entry.labels}
        )
        return web.json_response({"status": "success", "data": values})

    async def _query_range(self, request: web.Request) -> web.Response:
        if "count_over_time" in request.query["query"]:
            return self._matrix(request)
        limit = int(request.query["limit"])
        if limit > self.max_entries:
            return web.Response(
                status=400,
                text=f"max entries limit per query exceeded, limit > max_entries_limit ({limit} > {self.max_entries})",
            )
        wanted = _filtered(request.query["query"])
        backward = request.query["direction"] == "backward"
        found = sorted(
            (entry for entry in self._between(request) if wanted(entry)),
            key=lambda entry: entry.nanoseconds,
            reverse=backward,
        )[:limit]
        apart = request.headers.get("X-Loki-Response-Encoding-Flags") == "categorize-labels"
        streams: defaultdict[str, list[list[Any]]] = defaultdict(list)
        for entry in found:
            labels = entry.labels if apart else {**entry.labels, **entry.metadata}
            value: list[Any] = [str(entry.nanoseconds), entry.line]
            if apart:
                value.append({"structuredMetadata": entry.metadata} if entry.metadata else {})
            streams[json.dumps(labels)].append(value)
        result = [{"stream": json.loads(labels), "values": values} for labels, values in streams.items()]
        return web.json_response(
            {"status": "success", "data": {"resultType": "streams", "result": result, "stats": {}}}
        )

    async def _query(self, request: web.Request) -> web.Response:
        at = int(request.query["time"])
        count, by = _counting(request.query["query"])
        groups = count(self.entries, at)
        number = len(groups) if by == "count" else sum(groups.values())
        sample = {"metric": {}, "value": [at / 1e9, str(number)]}
        result = [sample] if number else []
        return web.json_response({"status": "success", "data": {"resultType": "vector", "result": result}})

    def _matrix(self, request: web.Request) -> web.Response:
        count, _ = _counting(request.query["query"])
        step = float(request.query["step"]) * 1e9
        moment, end = (int(request.query[name]) for name in ("start", "end"))
        series: defaultdict[tuple[tuple[str, str], ...], list[list[Any]]] = defaultdict(list)
        while moment <= end:
            for labels, number in count(self.entries, moment).items():
                series[labels].append([round(moment / 1e9, 3), str(number)])
            moment += round(step)
        result = [{"metric": dict(labels), "values": values} for labels, values in series.items()]
        return web.json_response({"status": "success", "data": {"resultType": "matrix", "result": result}})

    async def _buildinfo(self, _: web.Request) -> web.Response:
        return web.json_response({"version": "3.5.0", "revision": "0"})

    def _between(self, request: web.Request) -> list[Entry]:
        start, end = int(request.query.get("start", 0)), int(request.query.get("end", 2**63))
        return [entry for entry in self.entries if start <= entry.nanoseconds < end]

    @web.middleware
    async def _record(self, request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        self.requests.append(request)
        try:
            return await handler(request)
        except SyntaxError as error:
            return web.Response(status=400, text=f"parse error : {error}")

    @asynccontextmanager
    async def serve(self) -> AsyncGenerator["FakeLoki"]:
        app = web.Application(middlewares=[self._record])
        app.router.add_get("/loki/api/v1/labels", self._labels)
        app.router.add_get("/loki/api/v1/label/{name}/values", self._values)
        app.router.add_get("/loki/api/v1/query_range", self._query_range)
        app.router.add_get("/loki/api/v1/query", self._query)
        app.router.add_get("/loki/api/v1/status/buildinfo", self._buildinfo)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()


Counter = Callable[[list[Entry], int], dict[tuple[tuple[str, str], ...], int]]


def _counting(query: str) -> tuple[Counter, str]:
    """How to count at a moment, by group, and whether the groups themselves are counted."""
    outer = "count" if query.startswith("count(") else "sum"
    grouped = _BY.search(query)
    names = [name.strip() for name in grouped[1].split(",")] if grouped else []
    found = _COUNT.search(query)
    if found is None:
        raise SyntaxError(query)
    wanted, span = _filtered(found[1]), int(found[2]) * 10**6

    def count(entries: list[Entry], at: int) -> dict[tuple[tuple[str, str], ...], int]:
        groups: defaultdict[tuple[tuple[str, str], ...], int] = defaultdict(int)
        for entry in entries:
            if at - span < entry.nanoseconds <= at and wanted(entry):
                labels = {**entry.labels, **entry.metadata}
                key = names if grouped else (list(entry.labels) if outer == "count" else [])
                groups[tuple((name, labels[name]) for name in key if name in labels)] += 1
        return groups

    return count, outer


def _filtered(query: str) -> Callable[[Entry], bool]:
    match = re.fullmatch(r"\s*\{((?:[^}\"]|\"(?:[^\"\\]|\\.)*\")*)\}(.*)", query, re.DOTALL)
    if match is None:
        raise SyntaxError(query)
    matchers, rest = _all(_MATCHER, match[1]), _all(_FILTER, match[2])
    if not any(operator in ("=", "=~") and value not in ('""', '".*"') for _, operator, value in matchers):
        raise SyntaxError("queries require at least one regexp or equality matcher that does not have an empty value")

    def wanted(entry: Entry) -> bool:
        return all(
            _holds(operator, entry.labels.get(name, ""), json.loads(value), whole=True)
            for name, operator, value in matchers
        ) and all(_holds(operator, entry.line, json.loads(value), whole=False) for operator, value in rest)

    return wanted


def _holds(operator: str, text: str, value: str, *, whole: bool) -> bool:
    match operator:
        case "=":
            return text == value
        case "!=":
            return text != value if whole else value not in text
        case "|=":
            return value in text
        case "=~" | "|~":
            return (re.fullmatch if whole else re.search)(value, text) is not None
        case _:
            return (re.fullmatch if whole else re.search)(value, text) is None


def _all(pattern: re.Pattern[str], text: str) -> list[tuple[str, ...]]:
    """What a text consists of; anything in between is a syntax error."""
    found: list[tuple[str, ...]] = []
    position = 0
    text = text.strip()
    while position < len(text):
        match = pattern.match(text, position)
        if match is None:
            raise SyntaxError(text[position:])
        found.append(match.groups())
        position = match.end()
    return found
