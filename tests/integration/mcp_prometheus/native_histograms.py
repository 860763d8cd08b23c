"""A target with a native histogram, which only the protobuf exposition can carry.

https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto
"""

import itertools
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

_CONTENT_TYPE = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
_HISTOGRAM = 4
# In each scrape so many more in (1, 2], (2, 4] and (4, 8].
_GROWTH = (3, 5, 2)
_SUM = 34.0


@asynccontextmanager
async def native_histogram_target(name: str = "native_seconds") -> AsyncIterator[int]:
    """Serves /metrics on a port, which is yielded: a histogram, ten more observations with each scrape."""
    scrapes = 0

    async def metrics(_: web.Request) -> web.Response:
        nonlocal scrapes
        scrapes += 1
        family = _histogram(
            name, {"route": "/pay", "code": "500"}, [scrapes * count for count in _GROWTH], scrapes * _SUM
        )
        return web.Response(body=_varint(len(family)) + family, headers={"Content-Type": _CONTENT_TYPE})

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _histogram(name: str, labels: dict[str, str], counts: Sequence[int], total: float) -> bytes:
    """Buckets of schema 0, whose bounds are powers of two, beginning behind 1."""
    deltas = [counts[0], *(after - before for before, after in itertools.pairwise(counts))]
    histogram = b"".join(
        [
            _integer(1, sum(counts)),
            _double(2, total),
            _integer(5, _zigzag(0)),
            _double(6, 1e-9),
            _integer(7, 0),
            _message(12, _integer(1, _zigzag(1)) + _integer(2, len(counts))),
            *(_integer(13, _zigzag(delta)) for delta in deltas),
        ]
    )
    pairs = [_message(1, _text(1, label) + _text(2, value)) for label, value in labels.items()]
    metric = b"".join(pairs) + _message(7, histogram)
    return _text(1, name) + _text(2, "A native histogram.") + _integer(3, _HISTOGRAM) + _message(4, metric)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _zigzag(value: int) -> int:
    return value * 2 if value >= 0 else -value * 2 - 1


def _integer(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _double(field: int, value: float) -> bytes:
    return _varint(field << 3 | 1) + struct.pack("<d", value)


def _message(field: int, body: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(body)) + body


def _text(field: int, text: str) -> bytes:
    return _message(field, text.encode())
