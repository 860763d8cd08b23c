"""`python -m tests.load.still_kubelet PORT CERTIFICATE KEY`: the containerLogs endpoint of a kubelet, at wire speed.

It has the logs ready in memory, so that what is measured is who reads them. The namespace says how long each is, like
`logs-10mb`. https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/
"""

from __future__ import annotations

import functools
import ssl
import sys

from aiohttp import web

from ritsuko_mcp_logs.lines.stream import timestamp

NEEDLE = "a needle in fifty haystacks"
_BEGINNING = 1_790_000_000 * 10**9
_CHUNK = 256 * 1024
_LINES = (
    "GET /api/v1/items/{n} 200 in {m} ms user=u{n} request={n:08x}",
    'level=info msg="order {n} was shipped" warehouse=w{m} parcels=3 carrier=post',
    '{{"level":"info","msg":"payment settled","order":{n},"amount":"{m}.00","currency":"EUR","node":"a-{m}"}}',
    "I0921 14:00:00.{n:06} 1 controller.go:{m}] synced item-{n} in 12.3ms with nothing to do for anybody",
    'level=warn msg="slow query" table=orders took={m}ms rows={n}',
)


@functools.cache
def log(megabytes: int, *, needle: bool) -> bytes:
    """So many MB (10^6 bytes) of lines as the kubelet writes them, with the needle in the middle."""
    lines: list[bytes] = []
    size = number = 0
    while size < megabytes * 10**6:
        text = _LINES[number % len(_LINES)].format(n=number % 10**6, m=number % 997)
        if needle and size > megabytes * 500_000:
            text, needle = NEEDLE, False
        lines.append(timestamp(_BEGINNING + number * 10**6) + f" {text}\n".encode())
        size += len(lines[-1])
        number += 1
    return b"".join(lines)


async def container_logs(request: web.Request) -> web.StreamResponse:
    """As a kubelet streams it; whatever is asked for, all of it is in the window."""
    megabytes = int(request.match_info["namespace"].removeprefix("logs-").removesuffix("mb"))
    content = log(megabytes, needle=request.match_info["pod"].endswith("7"))
    response = web.StreamResponse(headers={"Content-Type": "text/plain"})
    response.enable_chunked_encoding()
    await response.prepare(request)
    for start in range(0, len(content), _CHUNK):
        await response.write(memoryview(content)[start : start + _CHUNK])
    return response


async def ready(_: web.Request) -> web.Response:
    return web.Response(text="ok")


def main() -> None:
    port, certificate, key = sys.argv[1:]
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    app = web.Application()
    app.router.add_get("/containerLogs/{namespace}/{pod}/{container}", container_logs)
    app.router.add_get("/healthz", ready)
    web.run_app(app, host="127.0.0.1", port=int(port), ssl_context=tls, print=None, access_log=None)


if __name__ == "__main__":
    main()
