"""A server for the gallery: results of the sorts that people get to see, always the same ones, over standard input."""

from __future__ import annotations

import math
import struct
import zlib
from typing import Any

from mcp.server.mcpserver import Image, MCPServer
from mcp_types import ToolAnnotations

READS = ToolAnnotations(read_only_hint=True)
HOSTILE = """\
```
@**all** everybody look here @*ops* #**general>chat**
````
~~~quote
[click me](https://evil.example/) https://evil.example/x ![p](https://evil.example/p.png)
$$x^2$$ :skull: <b>bold</b> | a | b |
/poll Who did it?"""
_WIDTH, _HEIGHT = 560, 200


def build() -> MCPServer:
    server = MCPServer("workshop", version="2.1")

    @server.tool(annotations=READS, structured_output=False)
    async def logs(lines: int) -> str:
        """Returns the log of a shop, so many lines of it."""
        return "\n".join(_log_line(number) for number in range(lines))

    @server.tool(annotations=READS)
    async def chart() -> Image:
        """Draws the load of the last day."""
        return Image(data=_png(), format="png")

    @server.tool(annotations=READS)
    async def fleet() -> list[dict[str, Any]]:
        """Lists machines with all that is known of them."""
        return [_machine(number) for number in range(8)]

    @server.tool(annotations=READS)
    async def orders(count: int) -> list[dict[str, Any]]:
        """Lists orders."""
        states = ("paid", "paid", "paid", "shipped", "refused")
        return [
            {"order": f"#{1000 + n}", "state": states[n % 5], "items": n % 7 + 1, "total": round(n * 7.35 + 12, 2)}
            for n in range(count)
        ]

    @server.tool(annotations=READS)
    async def cities() -> list[dict[str, Any]]:
        """Lists offices, each under its own name."""
        return [
            {"city": "Zürich", "people": 12, "open": True},
            {"city": "São Paulo", "people": 7, "open": False},
            {"city": "Αθήνα", "people": 140, "open": True},
            {"city": "Łódź", "people": 3, "open": True},
        ]

    @server.tool(annotations=READS)
    async def settings() -> dict[str, Any]:
        """Shows the settings of the shop."""
        return {
            "name": "checkout",
            "limits": {"requests": 200, "window": "1m", "burst": {"size": 20, "delay": None}},
            "regions": ["eu-central", "us-east"],
            "features": {"refunds": True, "vouchers": False},
        }

    @server.tool(annotations=READS, structured_output=False)
    async def message() -> str:
        """Shows what somebody wrote to the shop."""
        return HOSTILE

    @server.tool()
    async def scale(deployment: str, replicas: int) -> str:
        """Changes how many replicas run."""
        return f"{deployment} runs with {replicas} replicas now"

    return server


def _log_line(number: int) -> str:
    at = f"2026-11-24T{10 + number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z"
    if number % 40 == 17:
        return f"{at} ERROR payment of order {1000 + number} failed: connection refused (attempt 3 of 3)"
    if number % 25 == 3:
        return f"{at} WARN  slow answer from the bank: {700 + number % 300} ms"
    return f"{at} INFO  order {1000 + number} paid in {20 + number % 60} ms"


def _machine(number: int) -> dict[str, Any]:
    known = (
        "zone",
        "kernel",
        "runtime",
        "cpu model",
        "memory",
        "disk",
        "network",
        "owner",
        "contract",
        "rack",
        "power",
    )
    return {
        "machine": f"node-{number:02}",
        "load": round(0.3 + number * 0.41, 2),
        **{key: f"{key} of machine {number:02}" for key in known},
    }


def _png() -> bytes:
    """A curve over a grid."""
    rows = [bytearray(b"\xff\xff\xff" * _WIDTH) for _ in range(_HEIGHT)]

    def dot(x: int, y: int, colour: bytes) -> None:
        if 0 <= x < _WIDTH and 0 <= y < _HEIGHT:
            rows[y][x * 3 : x * 3 + 3] = colour

    for x in range(_WIDTH):
        for y in range(0, _HEIGHT, 40):
            dot(x, y, b"\xe0\xe0\xea")
    for x in range(0, _WIDTH, 70):
        for y in range(_HEIGHT):
            dot(x, y, b"\xe0\xe0\xea")
    for step in range(_WIDTH * 4):
        x = step / 4
        y = _HEIGHT * (0.55 - 0.3 * math.sin(x / 60) - 0.1 * math.sin(x / 13))
        for thick in range(3):
            dot(int(x), int(y) + thick, b"\x5d\x4f\xc9")
    raw = b"".join(b"\x00" + bytes(row) for row in rows)
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


if __name__ == "__main__":
    build().run()
