"""`search`: metrics by words."""

import re
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from ritsuko_api.envelope import Row
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.tool import Parameters, ReadTool
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.backend import PrometheusBackend
from ritsuko_mcp_prometheus.catalogue.cardinality import cardinality
from ritsuko_mcp_prometheus.catalogue.families import Family
from ritsuko_mcp_prometheus.catalogue.known_families import known_families
from ritsuko_mcp_prometheus.catalogue.nearest_names import nearest_names
from ritsuko_mcp_prometheus.catalogue.service_names import service_names
from ritsuko_mcp_prometheus.catalogue.word_search import ranked, words_of
from ritsuko_mcp_prometheus.errors import BadRequest
from ritsuko_mcp_prometheus.presentation.cells import flat
from ritsuko_mcp_prometheus.presentation.paging import page, page_start
from ritsuko_mcp_prometheus.tools.parameters import Cursor, Limit

_LONGEST_HELP = 120
_RECENT_SECONDS = 3600.0
_SHORTEST_WORD, _SERVICES_SHOWN = 3, 5


class SearchParameters(Parameters):
    """What `search` takes."""

    text: Annotated[str, Field(description="words that name or help contain; empty: all metrics", max_length=500)] = ""
    type: Literal["any", "counter", "gauge", "histogram", "summary", "info"] = "any"
    limit: Limit = 50
    cursor: Cursor = ""
    sort: Annotated[Literal["match", "series"], Field(description="series: metrics with the most series first")] = (
        "match"
    )


async def search(parameters: SearchParameters, backend: PrometheusBackend) -> Envelope:
    """Metrics whose name or help contain all the words, best match first; without words all metrics, by name.

    Sorted by `series`, the metrics with the most series instead, without words.
    """
    client, now = backend.client, backend.now()
    if parameters.sort == "series":
        if parameters.text.strip() or parameters.type != "any":
            raise BadRequest(
                "sort=series covers all metrics and can't be combined with text or type", "Omit text and type."
            )
        return await cardinality(client, parameters.limit)
    question: JsonValue = ["search", parameters.text, parameters.type]
    place = page_start(parameters.cursor, question, now)
    known, warnings = await known_families(client)
    found = [one for one in ranked(parameters.text, known) if parameters.type in ("any", one.type)]
    envelope = Envelope(summary="", source=client.source, warnings=warnings, untrusted=True)
    if not found:
        envelope.summary, envelope.hints = _nothing(parameters.text, parameters.type, known)
        envelope.hints = [*await _services(client, parameters.text, place.now), *envelope.hints]
        envelope.data, envelope.total, envelope.returned = [], 0, 0
        return envelope
    kind = f"{'' if parameters.type == 'any' else f'{parameters.type} '}metric{'' if len(found) == 1 else 's'}"
    about = f' for "{parameters.text.strip()}"' if parameters.text.strip() else ""
    envelope.summary = f"{len(found):,} of {len(known):,} metrics{about}." if about else f"{len(found):,} {kind}."
    shown = found[place.offset : place.offset + parameters.limit]
    counts = await _series_counts(client, shown, place.now)
    if counts is None:
        envelope.warnings.append("the number of series per metric could not be counted in time")
    envelope.hints.append("Use describe to see a metric's labels, an example and a query.")
    envelope = page(
        envelope,
        found,
        lambda part: [_row(one, counts) for one in part],
        at=place,
        limit=parameters.limit,
        question=question,
    )
    return envelope.written_by(flat({"help": _LONGEST_HELP}))


async def _services(client: PrometheusClient, words: str, now: float) -> list[str]:
    """A hint if a word is in the name of a service, which is a label value."""
    wanted = [word for word in words_of(words) if len(word) >= _SHORTEST_WORD]
    if not wanted:
        return []
    try:
        names = await service_names(client, (now - _RECENT_SECONDS, now))
    except ToolFailure:
        return []
    meant = [name for name in names if any(word in name.lower() for word in wanted)][:_SERVICES_SHOWN]
    return [f"Services: {', '.join(meant)}. Use performance {meant[0]} to check one."] if meant else []


def _nothing(words: str, type: str, known: Sequence[Family]) -> tuple[str, list[str]]:
    if not known:
        return "This Prometheus has no metrics.", ["Check its scrape configuration with targets."]
    if type != "any" and (others := ranked(words, known)):
        return f"No {type} for {words.strip()!r}.", [f"There are {len(others):,} metrics of other types: omit type."]
    near = nearest_names("_".join(words.split()), [one.name for one in known])
    single = [word for word in words.split() if len(word) >= _SHORTEST_WORD and ranked(word, known)]
    hints = [f"Nearest: {', '.join(near)}."] if near else []
    if len(words.split()) > 1 and single:
        hints.append(f"There are metrics for {' and for '.join(single)} separately.")
    return f"None of the {len(known):,} metrics has {words.strip()!r} in its name or help.", hints


async def _series_counts(client: PrometheusClient, shown: Sequence[Family], at: float) -> dict[str, int] | None:
    names = "|".join(re.escape(one.counted).replace("\\", "\\\\") for one in shown)
    try:
        answer = await client.query(f'count by (__name__) ({{__name__=~"{names}"}})', at)
    except ToolFailure:
        return None
    return {series.name: int(series.samples[0][1]) for series in answer.series if series.samples}


def _row(one: Family, counts: dict[str, int] | None) -> Row:
    row: Row = {"metric": one.name, "type": one.described_type, "unit": one.unit}
    if counts is not None:
        row["series"] = counts.get(one.counted, 0)
    row["help"] = one.help
    return row


TOOL = ReadTool(
    name="search",
    title="Find metrics",
    description="Find metrics by words, best match first, with type, unit, number of series and help.",
    parameters=SearchParameters,
    run=search,
)
