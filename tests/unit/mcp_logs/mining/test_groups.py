"""Groups against the truth of generated logs and against drain3-improved; fingerprints that stay the same."""

import random
import subprocess
import sys
from collections.abc import Sequence

import pytest
from drain3.drain import Drain as TheirDrain
from hypothesis import given, settings
from hypothesis import strategies as st

from ritsuko_common.redaction.redactor import Redaction
from ritsuko_mcp_logs.analysis.group_names import GroupNames
from ritsuko_mcp_logs.lines.line import Batch, Origin
from ritsuko_mcp_logs.mining.drain import Drain, Message, variable_words
from ritsuko_mcp_logs.mining.fingerprint import fingerprint, masked
from ritsuko_mcp_logs.mining.masking import MASK, tokens
from ritsuko_mcp_logs.mining.miner import Group, Miner
from ritsuko_mcp_logs.mining.occurrences import Spans
from tests.load.labelled_logs import Record, Variables, grouping_accuracy, record, records, stamped, templates

SINCE = 1_790_000_000.0
UNTIL = SINCE + 3_600
SPANS = Spans(((SINCE, UNTIL),), 12)


def messages(made: Sequence[Record]) -> list[Message]:
    found = [masked([line.encode() for line in one.lines]) for one in made]
    return [Message(tokens(said), place) for said, place in found]


def ours(found: Sequence[Message]) -> list[object]:
    """The group of each message."""
    drain = Drain()
    general = variable_words(found)
    groups = {message: drain.add(general[message]) for message in sorted(general)}
    return [groups[message] for message in found]


def theirs(found: Sequence[Message], similarity: float, mask: str) -> list[object]:
    """The same by drain3-improved, on the same masked words. A stack trace's place is a word to it."""
    drain = TheirDrain(sim_th=similarity)
    lines = [b" ".join([*message.words, message.place.replace(b" ", b"")]).decode() for message in found]
    return [drain.add_log_message(line.replace(MASK.decode(), mask))[0].cluster_id for line in lines]


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("count", [300, 3_000])
def test_groups_are_no_worse_than_those_of_drain3(count: int, seed: int) -> None:
    made = records(count, seed=seed, errors=0.5)
    truth, found = [one.label for one in made], messages(made)
    accuracy = grouping_accuracy(truth, ours(found))
    best = max(
        grouping_accuracy(truth, theirs(found, similarity, mask))
        for similarity in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
        for mask in ("<*>", "<MASK>")
    )
    assert accuracy >= best
    assert accuracy > 0.97


def mine(log: bytes, *, everything: bool = False, spans: Spans = SPANS) -> list[Group]:
    miner = Miner(spans, everything=everything)
    miner.feed(Batch(Origin("shop", "web-1", "app"), log))
    return miner.groups()


def test_the_miner_counts_every_error_once() -> None:
    made = records(2_000, seed=4, errors=0.2)
    groups = mine(stamped(made, since=SINCE, until=UNTIL))
    assert sum(group.tally.count for group in groups) == sum(one.is_error for one in made)
    assert {group.tally.is_error for group in groups} == {True}
    everything = mine(stamped(made, since=SINCE, until=UNTIL), everything=True)
    assert sum(group.tally.count for group in everything) == 2_000


@settings(max_examples=15)
@given(st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(shuffler: random.Random) -> None:
    made = records(200, seed=5, errors=0.5)
    before = sorted(
        (group.template.words, group.tally.count) for group in mine(stamped(made, since=SINCE, until=UNTIL))
    )
    shuffler.shuffle(made)
    after = mine(stamped(made, since=SINCE, until=UNTIL))
    assert sorted((group.template.words, group.tally.count) for group in after) == before


ERRORS = [label for label, is_error in templates() if is_error and "{user}" not in label and "{service}" not in label]


@settings(max_examples=60)
@given(st.sampled_from(ERRORS), st.integers(0, 10**6), st.integers(0, 60), st.integers(1, 30), st.randoms())
def test_an_error_keeps_its_fingerprint_whatever_is_around_it(
    label: str, seed: int, noise: int, times: int, shuffler: random.Random
) -> None:
    alone = mine(stamped([record(label, Variables(0))], since=SINCE, until=UNTIL))
    made = [record(label, Variables(seed + index)) for index in range(times)] + records(noise, seed=seed)
    shuffler.shuffle(made)
    names = GroupNames()
    found = {names.fingerprint(group) for group in mine(stamped(made, since=SINCE, until=UNTIL))}
    assert names.fingerprint(alone[0]) in found


def test_different_errors_have_different_fingerprints() -> None:
    errors = [label for label, is_error in templates() if is_error]
    found = {fingerprint([line.encode() for line in record(one, Variables(1)).lines], str) for one in errors}
    assert len(found) == len(errors)


def test_a_fingerprint_is_the_same_in_another_process() -> None:
    line = "ERROR cannot reach 10.0.0.1 after 3 attempts"
    code = (
        "from ritsuko_common.redaction.redactor import Redaction\n"
        "from ritsuko_mcp_logs.mining.fingerprint import fingerprint\n"
        f"print(fingerprint([{line.encode()!r}], Redaction().text))"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    assert told == fingerprint([line.replace("10.0.0.1", "10.9.9.9").encode()], Redaction().text)


def test_secrets_do_not_enter_a_fingerprint() -> None:
    redact = Redaction().text
    one, other = (f"ERROR login failed: password={secret} for app".encode() for secret in ("hunter", "correct-horse"))
    assert fingerprint([one], redact) == fingerprint([other], redact)


def test_an_error_with_a_name_in_it_is_one_group_that_answers_to_each_fingerprint() -> None:
    names = GroupNames()
    made = [record("user {user} is not allowed to delete order {number}", Variables(seed)) for seed in range(60)]
    groups = mine(stamped(made, since=SINCE, until=UNTIL))
    assert [group.tally.count for group in groups] == [60]
    assert names.template(groups[0]) == "user <*> is not allowed to delete order <*>"
    for one in made:
        alone = fingerprint([line.encode() for line in one.lines], Redaction().text)
        assert names.find(groups, alone) is groups[0]
    assert names.find(groups, "0123456789") is None


def test_words_that_vary_are_told_from_words_that_make_another_message() -> None:
    names = [Message((b"hello", bytes([97 + index]) * 3)) for index in range(8)]
    states = [Message((b"job", word)) for word in (b"started", b"stopped")]
    general = variable_words(names + states)
    assert {general[message] for message in names} == {Message((b"hello", MASK))}
    assert {general[message] for message in states} == set(states)


WORDS = ["timeout", "EOF", "canceled", "unauthorized", "ECONNRESET", "OutOfMemory", "DeadlockDetected", "unavailable"]


def test_messages_that_have_nothing_in_common_are_no_group_however_many_they_are() -> None:
    for form in ("%s", "%s 17", "(%s)", "17: %s"):
        lines = [f"2026-09-21T14:13:20.5Z ERROR {form % word}\n" for word in WORDS]
        groups = mine("".join([*lines, "2026-09-21T14:13:20.5Z ERROR 17\n"]).encode())
        assert len(groups) == len(WORDS) + 1, form
        assert len({GroupNames().fingerprint(group) for group in groups}) == len(groups)


@pytest.mark.parametrize(
    ("form", "names", "groups"),
    [("user %s not found", 7, 7), ("user %s not found", 8, 1), ("user %s was not found", 2, 1), ("job %s", 7, 7)],
)
def test_names_are_one_group_once_it_is_clear_that_they_are_names(form: str, names: int, groups: int) -> None:
    lines = [f"2026-09-21T14:13:20.5Z ERROR {form % (chr(97 + index) * 4)}\n" for index in range(names)]
    assert len(mine("".join(lines).encode())) == groups


def test_a_message_of_nothing_but_variable_parts_has_a_fingerprint_of_its_own() -> None:
    lines = [b"ERROR 17", b"ERROR 17 18/x1y2", b"ERROR [17]"]
    found = [fingerprint([line], str) for line in lines]
    assert len(set(found)) == 3
    assert found[0] == fingerprint([b"ERROR 4711"], str)


def test_a_group_tells_what_most_of_its_records_state_and_how_many_are_errors() -> None:
    levels = ["error"] * 3 + ["info"] * 5 + ["fatal"] * 2
    texts = [f'2026-09-21T14:13:20.5Z {{"level":"{level}","msg":"request handled"}}\n' for level in levels]
    (group,) = mine("".join(texts).encode(), everything=True)
    assert (group.level, group.errors, group.tally.count) == ("info", 5, 10)


def test_levels_that_a_source_keeps_beside_the_text_are_told_apart_too() -> None:
    miner = Miner(SPANS, everything=True)
    fields = [{"level": level} for level in ("error", "info", "info")]
    miner.feed(Batch(Origin("shop", "web-1", "app"), b"2026-09-21T14:13:20.5Z request handled\n" * 3, fields))
    (group,) = miner.groups()
    assert (group.level, group.errors, group.tally.count) == ("info", 1, 3)


def test_a_flood_of_different_messages_is_bounded_and_told() -> None:
    letters = random.Random(6)
    words = ["".join(letters.choices("abcdefghijklmnopqrstuvwxyz", k=9)) for _ in range(6_000)]
    miner = Miner(SPANS)
    for start in range(0, 22_000, 500):
        lines = [f"2026-09-21T14:13:20.5Z ERROR {' '.join(letters.sample(words, 6))}\n" for _ in range(500)]
        miner.feed(Batch(Origin("shop", f"web-{start}", "app"), "".join(lines).encode()))
    groups = miner.groups()
    assert miner.settled
    assert len(groups) <= 5_000
    assert sum(group.tally.count for group in groups) + miner.ungrouped == 22_000


@pytest.mark.parametrize(
    "unit", ["a-", "a.", "a@", "<*>", "a/", "0", "a0-", "(", ":", "f:", "=", '{"a":', "\x08", "at ", "é"]
)
def test_no_line_is_too_long_or_too_odd(unit: str) -> None:
    # With a pattern that is not linear one of these takes minutes.
    odd = unit * (200_000 // len(unit))
    lines = [
        f"2026-09-21T14:13:20.5Z {before}{odd}\n".encode() for before in ("ERROR ", "", "Traceback: ", "\x08fatal")
    ]
    groups = mine(b"".join(lines) * 2, everything=True)
    # Lines of frames belong to those before.
    assert sum(group.tally.count for group in groups) == (6 if unit == "at " else 8)
    assert max(len(raw) for group in groups for raw in group.tally.last.raws) <= 2_100
    assert all(GroupNames().template(group) for group in groups)


def test_a_long_json_line_is_told_by_its_message() -> None:
    line = '2026-09-21T14:13:20.5Z {"level":"error","msg":"cannot pay %d","stack":"%s"}\n'
    groups = mine("".join(line % (number, "x" * 5_000) for number in range(3)).encode())
    assert [group.tally.count for group in groups] == [3]
