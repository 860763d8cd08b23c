"""Grouping log lines: how fast beside drain3-improved on the same lines with the same masking, and how well.

Times are CPU of one thread, from raw lines to groups, of the kinds of work in turns. drain3-improved masks the same
sorts of variable parts (numbers, ids, addresses, durations, times, paths) by its own instructions. For the accuracy
it gets what our own masking made of the lines, so that only the grouping differs.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence

from drain3 import TemplateMiner
from drain3.drain import Drain as TheirDrain
from drain3.masking import MaskingInstruction
from drain3.template_miner_config import TemplateMinerConfig

from ritsuko_mcp_logs.analysis.group_names import GroupNames
from ritsuko_mcp_logs.lines.line import Batch, Origin
from ritsuko_mcp_logs.mining.digit_runs import collapse_digits, readable_block
from ritsuko_mcp_logs.mining.drain import Drain, Message, variable_words
from ritsuko_mcp_logs.mining.fingerprint import masked
from ritsuko_mcp_logs.mining.masking import MASK, hide_ids, tokens
from ritsuko_mcp_logs.mining.miner import Group, Miner
from ritsuko_mcp_logs.mining.occurrences import Spans
from tests.load.figures import Figure
from tests.load.labelled_logs import Record, grouping_accuracy, records, stamped
from tests.load.samples import median

RECORDS = int(os.environ.get("RITSUKO_BENCH_LOG_RECORDS", "150000"))
_SHARE_OF_ERRORS = 0.03
_REPEATS = 3
_AIM = 150_000
_MOST_SECONDS = 1.0
_BLOCK = 128 * 1024
_SINCE, _UNTIL = 1_790_000_000.0, 1_790_007_200.0
_WINDOWS = Spans(((_SINCE, (_SINCE + _UNTIL) / 2), ((_SINCE + _UNTIL) / 2, _UNTIL)), 24)
_ORIGIN = Origin("shop", "web-1", "app")
_MASKS = (
    (r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID"),
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?", "TIME"),
    (r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\b[0-9a-f]{1,4}(?::{1,2}[0-9a-f]{1,4}){2,7}\b", "IP"),
    (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", "MAIL"),
    (r"(?<![\w.])/(?:var|tmp|home|etc|usr|opt|proc|run|data)/[^\s\"',;:)]*", "PATH"),
    (r"\b[a-z][a-z0-9]*-[b-df-hj-np-tv-xz2-9]{9}-[b-df-hj-np-tv-xz2-9]{5}\b", "POD"),
    (r"\b0x[0-9a-f]+\b|\b(?=[a-f]*\d)[0-9a-f]{7,}\b", "HEX"),
    (r"(?<![\w.])[-+]?\d+(?:[.,]\d+)*(?:%|[nmµ]?s|m(?:\d+(?:\.\d+)?s)?|h|[KMGT]i?B?)?\b", "NUM"),
)
_THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


async def measure() -> list[Figure]:
    """In a thread of its own, since it takes the processor for a minute."""
    return await asyncio.to_thread(_measure)


def _measure() -> list[Figure]:
    made = records(RECORDS, seed=1, errors=_SHARE_OF_ERRORS)
    log = _blocks(stamped(made, since=_SINCE, until=_UNTIL))
    lines = sum(block.count(b"\n") for block in log)
    found = [_message(one) for one in made]
    plain = [b" ".join([*message.words, message.place]).decode() for message in found]
    raw = [" ".join(one.lines) for one in made]

    floor: list[float] = []
    errors: list[float] = []
    everything: list[float] = []
    theirs: list[float] = []
    for _ in range(_REPEATS):
        floor.append(_timed(lambda: _look_once(log)))
        errors.append(_timed(lambda: _mine(log)))
        everything.append(_timed(lambda: _mine(log, everything=True)))
        theirs.append(_timed(lambda: _drain3_of_raw(raw)))

    named = f"{lines:,} lines, {_SHARE_OF_ERRORS:.0%} of the records errors"
    scale = _AIM / lines
    return [
        Figure(f"logs: errors, CPU for {_AIM:,} lines ({named})", median(errors) * scale, "s", _MOST_SECONDS),
        Figure(
            f"logs: errors, the floor of that: to squash and hide ids, for {_AIM:,} lines", median(floor) * scale, "s"
        ),
        Figure(f"logs: errors and all others grouped, CPU for {_AIM:,} lines", median(everything) * scale, "s"),
        Figure(
            "logs: errors, CPU divided by drain3-improved's for all lines", median(errors) / median(theirs), "times", 1
        ),
        Figure(
            "logs: all lines grouped, CPU divided by drain3-improved's", median(everything) / median(theirs), "times", 1
        ),
        *_accuracy(made, found, plain),
        _unstable(made, log),
    ]


def _accuracy(made: Sequence[Record], found: Sequence[Message], plain: Sequence[str]) -> list[Figure]:
    """The share of records in a wrong group; drain3's with its best threshold, ours with the one we have."""
    truth = [one.label for one in made]
    drain = Drain()
    general = variable_words(found)
    groups = {message: drain.add(general[message]) for message in sorted(general)}
    ours = grouping_accuracy(truth, [groups[message] for message in found])
    theirs = max(grouping_accuracy(truth, _drain3(plain, threshold)) for threshold in _THRESHOLDS)
    percent = 100 * (1 - theirs)
    return [
        Figure("logs: records in a wrong group, of 100", 100 * (1 - ours), "", percent),
        Figure("logs: the same by drain3-improved with the best of 7 thresholds", percent, ""),
    ]


def _unstable(made: Sequence[Record], log: Sequence[bytes]) -> Figure:
    """Errors of the second half of the log alone that have another fingerprint than in the whole."""
    names = GroupNames()
    whole = {names.fingerprint(group) for group in _mine(log)}
    half = _mine(_blocks(stamped(made[len(made) // 2 :], since=_SINCE, until=_UNTIL)))
    changed = [group for group in half if names.fingerprint(group) not in whole]
    return Figure(f"logs: fingerprints of {len(half)} errors that differ in half of the log", len(changed), "", 0)


def _message(one: Record) -> Message:
    said, place = masked([line.encode() for line in one.lines])
    return Message(tokens(said), place)


def _blocks(log: bytes) -> list[bytes]:
    """Whole lines in blocks, as they come from a network."""
    found: list[bytes] = []
    start = 0
    while start < len(log):
        end = log.rfind(b"\n", start, start + _BLOCK) + 1
        found.append(log[start:end])
        start = end
    return found


def _look_once(log: Sequence[bytes]) -> None:
    """The two passes of C code that every line goes through, and nothing else."""
    for block in log:
        hide_ids(readable_block(collapse_digits(block)))


def _mine(log: Sequence[bytes], *, everything: bool = False) -> list[Group]:
    miner = Miner(_WINDOWS, everything=everything)
    for block in log:
        miner.feed(Batch(_ORIGIN, block))
    return miner.groups()


def _drain3_of_raw(lines: Sequence[str]) -> None:
    config = TemplateMinerConfig()
    config.masking_instructions = [MaskingInstruction(pattern, name) for pattern, name in _MASKS]
    miner = TemplateMiner(config=config)
    for line in lines:
        miner.add_log_message(line)


def _drain3(plain: Sequence[str], threshold: float) -> list[int]:
    drain = TheirDrain(sim_th=threshold)
    mask = MASK.decode()
    # To drain3 its own wildcard is no word that can be equal.
    return [drain.add_log_message(line.replace(mask, "<MASK>"))[0].cluster_id for line in plain]


def _timed(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began
