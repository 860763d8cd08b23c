"""A server that answers everything in the wrong way; `--kind` says which."""

from __future__ import annotations

import argparse
import asyncio
import random
import re

HEAD = "HTTP/1.1 200 OK\r\ncontent-type: {}\r\nconnection: close\r\n\r\n"
ANSWERS = {
    "noise": random.Random(1).randbytes(200),
    "html": (HEAD.format("text/html") + "<h1>It works!</h1>").encode(),
    "json": (HEAD.format("application/json") + '{"hello": 1}').encode(),
    "list": (HEAD.format("application/json") + "[1, 2").encode(),
    "events": (HEAD.format("text/event-stream") + "event: message\ndata: nonsense\n\n").encode(),
    "cut": b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{",
    "error": b"HTTP/1.1 500 Oops\r\ncontent-length: 4\r\nconnection: close\r\n\r\noops",
    "teapot": b"HTTP/1.1 401 No\r\ncontent-length: 4\r\nconnection: close\r\n\r\nno!!",
}


async def read_request(reader: asyncio.StreamReader) -> None:
    """All of it: closing with something unread would reset the connection, and the answer might never be seen."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    await reader.readexactly(int(length[1]) if length else 0)


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--kind", choices=[*ANSWERS, "hang", "close"])
    options = parser.parse_args()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await read_request(reader)
            if options.kind == "hang":
                await asyncio.Event().wait()
            writer.write(ANSWERS.get(options.kind, b""))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", options.port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
