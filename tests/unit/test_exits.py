"""No secret leaves a program. `EXITS` is the list of the ways out: each is given a text with a secret in it."""

from __future__ import annotations

import base64
import json
import logging
import sys
from collections.abc import Awaitable, Callable

import pytest
from mcp_types import BlobResourceContents, CallToolResult, EmbeddedResource, TextContent

from ritsuko_api.envelope import Link
from ritsuko_api.identity import User
from ritsuko_bot.answers.answer import Answer, File
from ritsuko_bot.answers.calls import call_answer
from ritsuko_bot.answers.markdown import render
from ritsuko_bot.calls.audit import AuditEntry
from ritsuko_bot.calls.result import CallResult, Completed, Failed
from ritsuko_bot.commands.elicitation import form_question
from ritsuko_bot.mcp.errors import CallFailed
from ritsuko_common.json_logs import JsonFormatter
from ritsuko_common.redaction.redactor import redacted
from ritsuko_mcp_common import Envelope, ServerSettings, ToolFailure
from ritsuko_mcp_common.calls import ContractServer
from ritsuko_mcp_common.health import Health
from ritsuko_mcp_common.metrics import Metrics
from ritsuko_mcp_common.tool import Parameters, ReadTool
from tests.unit.common.redaction.secret_forms import planted
from tests.unit.reconcile.worlds import HAL, World, ended, running, server, waiting

FORMS = [
    "DB_PASS={pw}",
    "posted to https://hooks.slack.com/services/T0123/B0123/{an24}",
    "npm_{an36}",
    "hvs.{url24}",
    "ghp_{an36}",
    "curl -u app:{pw} https://example.com",
    "GET https://b.s3.amazonaws.com/k?X-Amz-Signature={hex64}",
    "Cookie: sid={an32}",
    "Authorization: Bearer {url40}",
    "postgres://app:{pw}@db:5432/shop",
    "app:{pw}@tcp(db:3306)/shop",
    "creds: AKIA{upper16} {b40}",
    "CREATE USER app IDENTIFIED BY '{pw}'",
    "mysqldump -uroot -p{pw} shop",
    "<password>{pw}</password>",
    "password%3D{pw}",
    "pass<U+200B>word={pw}",
    "admin:$apr1${an10}${an22}",
    "eyJhbGciOiJIUzI1NiJ9.eyJ{an30}.{url40}",
    '{"level":"error","password":"{pw}"}',
]


def _record(text: str, **extra: object) -> logging.LogRecord:
    try:
        raise ValueError(f"caused by {text}")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "failed: %s", (text,), sys.exc_info())
    record.__dict__.update(extra)
    return record


async def log(text: str) -> str:
    return JsonFormatter(redacted).format(_record(text, fields={"detail": text, "many": [text]}))


async def audit_line_of_the_bot(text: str) -> str:
    entry = AuditEntry(User("7", "ada@example.com"), "#ops", "kubernetes", "get", {"text": text, "list": [text]})
    entry.error = f"failed: {text}"
    return await _logged("ritsuko_bot.audit", lambda: entry.write(0.1))


async def audit_line_and_answer_of_a_server(text: str) -> str:
    result = ""

    async def call() -> None:
        nonlocal result
        result = await _answer_of_a_server(text)

    return await _logged("ritsuko.audit", call) + result


async def _answer_of_a_server(text: str) -> str:
    class Showing(Parameters):
        text: str
        fail: bool = False

    async def show(asked: Showing, _: None) -> Envelope:
        text = asked.text
        if asked.fail:
            raise ToolFailure(f"failed: {text}", f"try {text}")
        return Envelope(
            summary=f"about {text}",
            data=[{"line": text}],
            warnings=[text],
            hints=[text],
            links=[Link(title=text, url="https://example.com/")],
            source=text,
        )

    metrics = Metrics()
    tools = [ReadTool(name="show", title="Show", description="Shows it.", parameters=Showing, run=show).bind(None)]
    serving = ContractServer(
        name="x", version="0", instructions="", tools=tools, settings=ServerSettings(), metrics=metrics
    )
    told = [await serving.call_tool("show", {"text": text, "fail": fail}) for fail in (False, True)]
    told.append(await serving.call_tool(text, {text: text}))
    return "".join(one.model_dump_json() for one in told) + metrics.exposition().decode()


async def health_of_a_server(text: str) -> str:
    class Failing:
        async def check(self) -> str:
            raise ToolFailure(f"failed: {text}")

        async def aclose(self) -> None: ...

    return json.dumps(await Health(Failing()).report())


async def answer_of_the_bot(text: str) -> str:
    blob = base64.b64encode(text.encode()).decode()
    file = EmbeddedResource(resource=BlobResourceContents(uri="file:///notes.txt", mime_type="text/plain", blob=blob))
    results: list[CallResult] = [
        Completed(CallToolResult(content=[TextContent(text=text), file])),
        Completed(CallToolResult(content=[TextContent(text=text)], is_error=True)),
        Completed(CallToolResult(content=[], structured_content={"lines": [{"line": text}], "note": text})),
        Failed(CallFailed(f"the server said {text}")),
    ]
    answers = [call_answer(result, server="github", tool="show", line="github show") for result in results]
    return "".join(_written(one) for one in [*answers, form_question("github", text, {"type": "object"}, ())])


async def status_of_a_bot(text: str) -> str:
    world = World()
    world.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="a-key")
    world.bot()
    for name in ("weather", "github"):
        world.sidecar(name, image=f"{name}:1", port=9000 + len(name))
    await world.reconcile()
    crash = waiting("mcp-weather", "CrashLoopBackOff", restarts=1, lastState=ended(1, message=f"starting\n{text}\n"))
    world.pod("hal-1", [running("bot"), crash, running("mcp-github")])
    world.report(servers=[server("weather", "Down", error=text), server("github", "Down", error=text)])
    await world.reconcile()
    live = world.objects[HAL.ref]
    status = {name: value for name, value in live["status"].items() if name != "runtime"}
    assert "weather" in json.dumps(status)
    return json.dumps(status)


EXITS: list[Callable[[str], Awaitable[str]]] = [
    log,
    audit_line_of_the_bot,
    audit_line_and_answer_of_a_server,
    health_of_a_server,
    answer_of_the_bot,
    status_of_a_bot,
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("leave", EXITS, ids=lambda leave: leave.__name__)
async def test_no_secret_leaves(leave: Callable[[str], Awaitable[str]], form: str) -> None:
    text, secrets = planted(form)
    told = await leave(text)
    assert not [secret for secret in secrets if secret in told]


def _written(answer: Answer) -> str:
    rendered = render(answer)
    files = [block.data for block in answer.blocks if isinstance(block, File)]
    return f"{rendered}{b''.join(files)!r}"


async def _logged(name: str, act: Callable[[], object]) -> str:
    lines: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.dumps({key: str(value) for key, value in vars(record).items()}))

    logger, handler = logging.getLogger(name), Keeping()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        done = act()
        if isinstance(done, Awaitable):
            await done
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert lines
    return "".join(lines)
