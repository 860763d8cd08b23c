"""Log lines whose templates are known: many services, several formats, variable parts of every sort.

A record is one line, or a stack trace of several. Its label names the template it was made from, so groupings can be
compared with the truth (`grouping_accuracy`).
"""

from __future__ import annotations

import json
import random
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

_USERS = [
    "alice",
    "bob",
    "carol",
    "dave",
    "erin",
    "frank",
    "grace",
    "heidi",
    "ivan",
    "judy",
    "mallory",
    "niaj",
    "olivia",
    "peggy",
    "rupert",
    "sybil",
    "trent",
    "victor",
    "wendy",
]
_SERVICES = ["gateway", "auth", "orders", "payments", "ledger", "catalog", "search", "mailer", "billing", "reports"]
_FILES = ["report", "summary", "invoice", "avatar", "backup", "export", "index", "cache", "session", "upload"]


@dataclass(frozen=True)
class Record:
    """What was written at one moment, and which template it is: its message, whatever format it is logged in."""

    label: str
    lines: tuple[str, ...]
    is_error: bool


class Variables:
    """Makes the variable parts. The same seed makes the same parts."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def number(self) -> str:
        return str(self.random.choice((self.random.randrange(10), self.random.randrange(1_000_000))))

    def hex(self) -> str:
        return f"{self.random.getrandbits(64):016x}"

    def pointer(self) -> str:
        return f"0xc000{self.random.getrandbits(24):06x}"

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def ip(self) -> str:
        if self.random.random() < 0.8:
            return ".".join(str(self.random.randrange(1, 255)) for _ in range(4))
        return f"2001:db8::{self.random.getrandbits(16):x}:{self.random.getrandbits(16):x}"

    def duration(self) -> str:
        value = self.random.random() * 100
        return self.random.choice((f"{value:.3f}ms", f"{value:.1f}s", f"{int(value)}µs", f"{int(value)}m{value:.2f}s"))

    def time(self) -> str:
        return datetime.fromtimestamp(1.79e9 + self.random.random() * 1e6, UTC).isoformat(timespec="milliseconds")

    def path(self) -> str:
        return f"/var/lib/{self.random.choice(_SERVICES)}/{self.random.choice(_FILES)}-{self.number()}.dat"

    def size(self) -> str:
        return f"{self.random.randrange(1, 4096)}{self.random.choice(('KiB', 'MiB', 'MB', 'Gi'))}"

    def user(self) -> str:
        return self.random.choice(_USERS)

    def mail(self) -> str:
        return f"{self.user()}@example.com"

    def service(self) -> str:
        return self.random.choice(_SERVICES)

    def pod(self) -> str:
        letters = "bcdfghjklmnpqrstvwxz2456789"
        ending = "".join(self.random.choices(letters, k=5))
        return f"{self.service()}-{''.join(self.random.choices(letters, k=9))}-{ending}"

    def percent(self) -> str:
        return f"{self.random.random() * 100:.1f}%"


# {variable} is filled in anew each time. An exclamation mark in front: an error.
_MESSAGES = """
!failed to connect to {ip} after {number} attempts: connection refused
!failed to connect to {ip} after {number} attempts: i/o timeout
!connection to {service} lost after {duration}
!could not write {path}: no space left on device
!could not open {path}: permission denied
!payment {uuid} was declined by the bank with code {number}
!cannot send mail to {mail}: mailbox unavailable
!deadline exceeded while waiting for lock {hex} held by {pod}
!checksum mismatch in block {number} of {path}: expected {hex}, found {hex}
!user {user} is not allowed to delete order {number}
!invalid signature in token of session {uuid}
!queue orders is full, dropping message {uuid}
!replica {pod} is {duration} behind the primary
!template rendering failed at line {number} column {number}
!could not parse "{user}" as a number
!out of memory: cannot allocate {size}
request {uuid} from {ip} took {duration}
connected to database at {ip}
cache hit ratio is {percent} over the last {duration}
user {user} logged in from {ip}
user {user} logged out after {duration}
starting worker {number} of {number}
stopping worker {number} of {number}
loaded {number} rules from {path} in {duration}
heartbeat from {pod} received, load {percent}
order {number} of {mail} shipped
order {number} of {mail} cancelled
compacted {number} segments into {size}, freed {size}
leader is now {pod}, term {number}
next run is scheduled for {time}
GET /api/v1/orders/{number} 200 {duration}
POST /api/v1/payments/{uuid} 201 {duration}
config reloaded, revision {hex}
allocated buffer at {pointer} for {size}
shutting down
health check passed
listening on :{number}
""".strip().splitlines()

_JAVA = (
    "{time} ERROR [http-nio-{number}-exec-{number}] c.s.{service} - request {uuid} failed",
    "java.lang.IllegalStateException: order {number} is in state OPEN",
    "\tat com.shop.orders.Order.ship(Order.java:{number})",
    "\tat com.shop.orders.OrderService.ship(OrderService.java:{number})",
    "\tat java.base/java.lang.Thread.run(Thread.java:{number})",
    "Caused by: java.sql.SQLTransientConnectionException: pool-{number} - connection timed out after {number}ms",
    "\tat com.zaxxer.hikari.pool.HikariPool.getConnection(HikariPool.java:{number})",
    "\t... {number} more",
)
_PYTHON = (
    "Traceback (most recent call last):",
    '  File "/app/shop/mail.py", line {number}, in send',
    "    self.connection.send(message)",
    '  File "/usr/lib/python3.13/smtplib.py", line {number}, in send',
    "    raise SMTPServerDisconnected('please run connect() first')",
    "smtplib.SMTPServerDisconnected: please run connect() first, session {uuid}",
)
_GO = (
    "panic: runtime error: index out of range [{number}] with length {number}",
    "",
    "goroutine {number} [running]:",
    "main.(*Server).handle({pointer}, {pointer})",
    "\t/app/server.go:{number} +0x{hex}",
    "main.main()",
    "\t/app/main.go:{number} +0x{hex}",
    "exit status 2",
)
_NODE = (
    "TypeError: Cannot read properties of undefined (reading 'id')",
    "    at getUser (/app/src/users.js:{number}:{number})",
    "    at process.processTicksAndRejections (node:internal/process/task_queues:{number}:{number})",
)


def _plain(level: str, message: str, make: Variables) -> str:
    return f"{make.time()} {level.upper()} [main-{make.number()}] {message}"


def _logfmt(level: str, message: str, make: Variables) -> str:
    quoted = message.replace('"', '\\"')
    return f'time={make.time()} level={level} msg="{quoted}" tenant={make.user()} trace={make.hex()}'


def _json(level: str, message: str, make: Variables) -> str:
    fields = {"level": level, "ts": make.time(), "msg": message, "user": make.user(), "trace_id": make.hex()}
    return json.dumps(fields, separators=(",", ":"))


def _klog(level: str, message: str, make: Variables) -> str:
    micro = make.random.randrange(10**6)
    return f"{level[0].upper()}0921 14:13:20.{micro:06}       1 controller.go:{make.random.randrange(900)}] {message}"


_FORMATS: list[Callable[[str, str, Variables], str]] = [_plain, _logfmt, _json, _klog]
_TRACES = {"java": _JAVA, "python": _PYTHON, "go": _GO, "node": _NODE}


def templates() -> list[tuple[str, bool]]:
    """The labels there are, and whether each is an error."""
    messages = [(message.removeprefix("!"), message.startswith("!")) for message in _MESSAGES]
    return messages + [(f"trace: {name}", True) for name in _TRACES]


def record(label: str, make: Variables) -> Record:
    """One record of that template, a message in any of the formats."""
    if label.startswith("trace: "):
        lines = _TRACES[label.removeprefix("trace: ")]
        return Record(label, tuple(_filled(line, make) for line in lines), is_error=True)
    is_error = f"!{label}" in _MESSAGES
    line = make.random.choice(_FORMATS)("error" if is_error else "info", _filled(label, make), make)
    return Record(label, (line,), is_error)


def records(count: int, *, seed: int = 0, errors: float = 0.2) -> list[Record]:
    """So many records, about a share `errors` of them errors; some templates are much more frequent than others."""
    make = Variables(seed)
    bad = [label for label, is_error in templates() if is_error]
    good = [label for label, is_error in templates() if not is_error]
    made: list[Record] = []
    for _ in range(count):
        labels = bad if make.random.random() < errors else good
        place = min(int(make.random.expovariate(4 / len(labels))), len(labels) - 1)
        made.append(record(labels[place], make))
    return made


def stamped(records: Sequence[Record], *, since: float, until: float) -> bytes:
    """What the pod logs API gives for one container that wrote them, evenly spread over that time (Unix seconds)."""
    step = (until - since) / max(len(records), 1)
    out: list[str] = []
    for index, one in enumerate(records):
        moment = since + index * step
        stamp = datetime.fromtimestamp(int(moment), UTC).strftime("%Y-%m-%dT%H:%M:%S")
        out += [f"{stamp}.{int(moment % 1 * 1e9):09}Z {line}\n" for line in one.lines]
    return "".join(out).encode()


def grouping_accuracy(truth: Sequence[str], found: Sequence[object]) -> float:
    """The share of records that are together with exactly those they should be with.

    As in Zhu et al., "Tools and Benchmarks for Automated Log Parsing" (ICSE-SEIP 2019).
    """
    belong: defaultdict[str, set[int]] = defaultdict(set)
    together: defaultdict[object, set[int]] = defaultdict(set)
    for index, (label, group) in enumerate(zip(truth, found, strict=True)):
        belong[label].add(index)
        together[group].add(index)
    right = {frozenset(members) for members in belong.values()}
    return sum(len(members) for members in together.values() if frozenset(members) in right) / len(truth)


def _filled(template: str, make: Variables) -> str:
    parts = template.split("{")
    out = [parts[0]]
    for part in parts[1:]:
        name, _, rest = part.partition("}")
        out += [getattr(make, name)(), rest]
    return "".join(out)
