"""Logs of a known past in each kind of source, and the insight tools over them at a known now."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from mcp import Client

from ritsuko_mcp_common import Choice, Service, bind_all
from ritsuko_mcp_logs.backend import LogBackend
from ritsuko_mcp_logs.cluster import Cluster
from ritsuko_mcp_logs.server import TOOLS
from ritsuko_mcp_logs.settings import ALL_SETTINGS, alert_settings
from ritsuko_mcp_logs.sources.configured import configured
from tests.integration.mcp_logs.fake_apiserver import FakeApiserver
from tests.integration.mcp_logs.stores import START, Entry, Filled
from tests.load.labelled_logs import Record
from tests.mcp_serving import serving

NOW = START
Ask = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Written:
    """A record and when it was written, so many seconds before NOW."""

    ago: float
    lines: Sequence[str]

    @property
    def moments(self) -> Iterable[tuple[float, str]]:
        """Its lines with their Unix times, milliseconds apart."""
        return ((NOW - self.ago + index * 1e-3, line) for index, line in enumerate(self.lines))


def line(ago: float, text: str) -> Written:
    """One line."""
    return Written(ago, [text])


def spread(records: Sequence[Record], *, since: float, until: float = 0.0) -> list[Written]:
    """Records evenly spread over the time between so many seconds ago."""
    step = (since - until) / max(len(records), 1)
    return [Written(since - (index + 0.5) * step, record.lines) for index, record in enumerate(records)]


class World(Protocol):
    """A source that can be written to. What one pod writes comes in one call."""

    settings: dict[str, Any]

    def write(self, pod: str, written: Sequence[Written]) -> None: ...


class PodsWorld:
    """Pod logs, of an apiserver that tells what it is given."""

    def __init__(self, fake: FakeApiserver) -> None:
        self.fake = fake
        self.settings: dict[str, Any] = {}

    def write(self, pod: str, written: Sequence[Written]) -> None:
        self.fake.add(pod, log(written))


class StoreWorld:
    """A log store, in which each line is an entry of its own."""

    def __init__(self, store: Filled) -> None:
        self._store = store
        self.settings = store.settings

    def write(self, pod: str, written: Sequence[Written]) -> None:
        self._store.push(
            Entry(moment - START, text, pod=pod) for one in written for moment, text in one.moments if text
        )


def log(written: Sequence[Written]) -> str:
    """A container's log as the kubelet gives it."""
    lines: list[str] = []
    for one in sorted(written, key=lambda one: -one.ago):
        for moment, text in one.moments:
            stamp = datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%S")
            lines.append(f"{stamp}.{int(moment % 1 * 1e9):09}Z {text}\n")
    return "".join(lines)


@asynccontextmanager
async def asking_insight(
    settings: dict[str, Any], *, events: Cluster | None = None, now: float = NOW
) -> AsyncIterator[Ask]:
    """A function that calls a tool over HTTP, in the namespace `shop`; `events` is where those come from."""
    configuration = ALL_SETTINGS.model_validate({"mcp_output_budget": 200_000, **settings})
    cluster = Cluster(configuration.kubeconfig)
    sources = configured(configuration, cluster, reading_seconds=configuration.reading_seconds)
    backend = LogBackend(
        sources=sources,
        cluster=events or cluster,
        alerts=alert_settings(configuration),
        reading_seconds=configuration.reading_seconds,
        output_budget=configuration.mcp_output_budget,
        clock=lambda: now,
    )
    service = Service(
        name="logs",
        version="0",
        instructions="",
        settings=configuration,
        tools=bind_all(TOOLS, backend, {"source": Choice(sources.names, default=sources.names[0])}),
        backend=sources,
    )
    async with serving(service) as address, Client(f"{address}/mcp") as client:

        async def ask(tool: str, *, fails: bool = False, **arguments: Any) -> dict[str, Any]:
            result = await client.call_tool(tool, {"namespace": "shop", **arguments})
            content = result.content[0]
            assert content.type == "text"
            assert result.is_error == fails, content.text
            assert result.structured_content is not None
            return {**result.structured_content, "text": content.text}

        yield ask


def nowhere(folder: Path) -> str:
    """A kubeconfig that leads to no cluster."""
    return str(folder / "no-kubeconfig")
