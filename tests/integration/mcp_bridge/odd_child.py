"""A stdio server with bad manners, for what no well-behaved one can be made to do."""

import json
import os
import sys
import threading
import time

written = threading.Lock()


def write(message: dict) -> None:
    with written:
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        sys.stdout.flush()


def text(id_: object, told: str) -> None:
    write({"id": id_, "result": {"content": [{"type": "text", "text": told}]}})


TOOLS = ["ask", "big", "cancelled", "confirmed", "die", "environment", "farewell", "garbage", "long", "never", "slow"]
SCHEMA = {"type": "object", "properties": {}}
cancelled: list[object] = []
confirmed: list[object] = []
answers: list[dict] = []


def call(message: dict) -> None:
    id_, name = message["id"], message["params"]["name"]
    match name:
        case "environment":
            text(id_, json.dumps(dict(os.environ)))
        case "garbage":
            with written:
                sys.stdout.write('this is not JSON\n{"half": \n[]\n')
                sys.stdout.flush()
            text(id_, "after the garbage")
        case "long":
            text(id_, "x" * (17 * 2**20))
        case "big":
            text(id_, "y" * (5 * 2**20))
        case "never":
            print("never answers", file=sys.stderr, flush=True)
        case "die":
            os._exit(7)
        case "cancelled":
            text(id_, json.dumps(cancelled))
        case "ask":
            write({"id": "question-1", "method": "roots/list"})
            deadline = time.monotonic() + 10
            while not answers and time.monotonic() < deadline:
                time.sleep(0.01)
            text(id_, json.dumps(answers))
        case "farewell":
            text(id_, "f" * (2 * 2**20))
            os._exit(3)
        case "confirmed":
            text(id_, json.dumps(len(confirmed)))
        case "slow":
            token = message["params"].get("_meta", {}).get("progressToken")
            for step in range(3):
                if token is not None:
                    write({"method": "notifications/progress",
                           "params": {"progressToken": token, "progress": step + 1, "total": 3}})  # fmt: skip
            text(id_, "slow is done")


for line in sys.stdin:
    message = json.loads(line)
    match message.get("method"):
        case "initialize":
            result = {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}}
            if "--silent" not in sys.argv:
                write({"id": message["id"], "result": {**result, "serverInfo": {"name": "odd", "version": "1"}}})
        case "ping" if "--silent" not in sys.argv:
            write({"id": message["id"], "result": {}})
        case "notifications/initialized":
            confirmed.append(message)
        case "tools/list":
            tools = [{"name": name, "inputSchema": SCHEMA} for name in TOOLS]
            write({"id": message["id"], "result": {"tools": tools}})
        case "tools/call":
            threading.Thread(target=call, args=(message,), daemon=True).start()
        case "notifications/cancelled":
            cancelled.append(message["params"]["requestId"])
        case None:
            answers.append(message)
